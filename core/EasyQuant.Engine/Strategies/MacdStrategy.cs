using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Trend per instrument on Gerald Appel's moving average convergence divergence of closes: buys when the line crosses above its signal,
/// sells everything while it is not above.
/// </summary>
/// <param name="parameters">Lengths and size.</param>
public struct MacdStrategy(MacdParameters parameters) : IStrategy
{
    private MacdStream[] _macd = [];
    private bool[] _isBelow = [];

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _macd = new MacdStream[context.InstrumentCount];
        _isBelow = new bool[context.InstrumentCount];
        for (int i = 0; i < _macd.Length; i++)
        {
            _macd[i] = new MacdStream(parameters.Fast, parameters.Slow, parameters.Signal);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        double histogram = _macd[instrument].Next(bar.Close.Units).Histogram;
        if (double.IsNaN(histogram))
        {
            return;
        }

        bool crossesUp = histogram > 0 && _isBelow[instrument];
        _isBelow[instrument] = histogram <= 0;
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (crossesUp && held == 0)
        {
            parameters.Size.Buy(context, instrument);
        }
        else if (histogram <= 0 && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}
