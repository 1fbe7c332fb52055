using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Gives pseudo-random orders that depend on the seed and the bars seen so far only; remembers which bar each order followed.</summary>
internal sealed class RandomStrategy(ulong seed) : IStrategy
{
    private ulong _state = seed | 1;

    public void OnStart(StrategyContext context)
    {
    }

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        _state ^= (ulong)bar.Close.Units;
        int orders = (int)(Next() % 4);
        for (int i = 0; i < orders; i++)
        {
            long shares = (long)(Next() % 1500) + 1;
            _ = Next() % 2 == 0 ? context.Buy(instrument, shares) : context.Sell(instrument, shares);
        }
    }

    public void OnStop(StrategyContext context)
    {
    }

    private ulong Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return _state >> 11;
    }
}
