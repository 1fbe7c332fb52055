namespace EasyQuant.Nodes.Trading;

/// <summary>The indicators of the node <c>Indicator</c>.</summary>
public enum IndicatorKind
{
    /// <summary>Simple moving average.</summary>
    Sma = 0,

    /// <summary>Exponential moving average, factor 2/(n+1), started with the simple average.</summary>
    Ema,

    /// <summary>Wilder's relative strength index, 0 to 100.</summary>
    Rsi,
}
