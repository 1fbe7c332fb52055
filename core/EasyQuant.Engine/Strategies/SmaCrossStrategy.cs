using EasyQuant.Domain;
using EasyQuant.Indicators;

namespace EasyQuant.Engine;

/// <summary>
/// Moving-average cross per instrument: buys when the fast average of closes rises above the slow one, sells everything while it is
/// not above (so a sale that a price limit refused is given again). Averages are taken of price units, whose sums are exact, so ties are exact.
/// </summary>
/// <param name="fast">Length of the fast average, at least 1, less than <paramref name="slow"/>.</param>
/// <param name="slow">Length of the slow average.</param>
/// <param name="size">How much to buy.</param>
public struct SmaCrossStrategy(int fast, int slow, OrderSize size) : IStrategy
{
    private SmaStream[] _fast = [];
    private SmaStream[] _slow = [];
    private Trend[] _trend = [];

    private enum Trend : byte
    {
        Unknown,
        Down,
        Up,
    }

    /// <inheritdoc />
    public readonly BarFields FieldsRead => BarFields.Close;

    /// <inheritdoc />
    public void OnStart(StrategyContext context)
    {
        _fast = new SmaStream[context.InstrumentCount];
        _slow = new SmaStream[context.InstrumentCount];
        _trend = new Trend[context.InstrumentCount];
        for (int i = 0; i < context.InstrumentCount; i++)
        {
            _fast[i] = new SmaStream(fast);
            _slow[i] = new SmaStream(slow);
        }
    }

    /// <inheritdoc />
    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        double fastAverage = _fast[instrument].Next(bar.Close.Units);
        double slowAverage = _slow[instrument].Next(bar.Close.Units);
        if (double.IsNaN(slowAverage))
        {
            return;
        }

        Trend before = _trend[instrument];
        Trend now = fastAverage > slowAverage ? Trend.Up : Trend.Down;
        _trend[instrument] = now;
        if (context.HasRestingOrder(instrument))
        {
            return;
        }

        long held = context.Position(instrument);
        if (now == Trend.Up && before == Trend.Down && held == 0)
        {
            size.Buy(context, instrument);
        }
        else if (now == Trend.Down && held > 0)
        {
            context.Sell(instrument, held);
        }
    }

    /// <inheritdoc />
    public void OnStop(StrategyContext context)
    {
    }
}
