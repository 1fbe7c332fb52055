using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Buys a rise of two bars and sells when the close falls a twentieth below the best close since; keeps its state per instrument.</summary>
internal struct TrailingStrategy(OrderSize size) : IStrategy
{
    private long[] _best = [];
    private long[] _before = [];

    public void OnStart(StrategyContext context)
    {
        _best = new long[context.InstrumentCount];
        _before = new long[context.InstrumentCount];
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        long close = bar.Close.Units;
        long held = context.Position(instrument);
        if (held > 0)
        {
            _best[instrument] = Math.Max(_best[instrument], close);
            if (close < _best[instrument] - (_best[instrument] / 20) && !context.HasRestingOrder(instrument))
            {
                context.Sell(instrument, held);
            }
        }
        else if (_before[instrument] > 0 && close > _before[instrument] && !context.HasRestingOrder(instrument))
        {
            _best[instrument] = close;
            size.Buy(context, instrument);
        }

        _before[instrument] = close;
    }

    public void OnStop(StrategyContext context)
    {
    }
}
