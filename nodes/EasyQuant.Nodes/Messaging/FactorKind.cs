namespace EasyQuant.Nodes.Messaging;

/// <summary>The factors of the node <c>FactorCalc</c>.</summary>
public enum FactorKind
{
    /// <summary>Value over the value <c>window</c> rows before, minus 1.</summary>
    Momentum = 0,

    /// <summary>Mean of the window.</summary>
    Mean,

    /// <summary>Value over the mean of the window, minus 1.</summary>
    Bias,

    /// <summary>Sample standard deviation of the row-to-row changes within the window of that many changes.</summary>
    Volatility,
}
