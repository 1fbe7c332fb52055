using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Gives the orders of a script: (bar count seen of the instrument, instrument, signed shares).</summary>
internal sealed class ScriptedStrategy(params (int Bar, int Instrument, long Shares)[] script) : IStrategy
{
    private int[] _seen = [];

    public void OnStart(StrategyContext context) => _seen = new int[context.InstrumentCount];

    public void OnBar(StrategyContext context, int instrument, in Bar bar)
    {
        foreach ((int at, int target, long shares) in script)
        {
            if (target == instrument && at == _seen[instrument])
            {
                _ = shares > 0 ? context.Buy(instrument, shares) : context.Sell(instrument, -shares);
            }
        }

        _seen[instrument]++;
    }

    public void OnStop(StrategyContext context)
    {
    }
}
