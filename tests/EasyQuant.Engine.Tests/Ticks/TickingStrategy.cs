using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Writes down what it sees in order, and gives an order at stated ticks of an instrument.</summary>
internal sealed class TickingStrategy(params (int Tick, Func<StrategyContext, OrderRequest> Request)[] script) : IStrategy
{
    private int _ticks;

    /// <summary>What happened, one entry a call.</summary>
    public List<string> Seen { get; } = [];

    public void OnStart(StrategyContext context) => Seen.Add("start");

    public void OnHeartbeat(StrategyContext context) => Seen.Add("heartbeat");

    public void OnTick(StrategyContext context, int instrument, in Tick tick)
    {
        Seen.Add($"tick {instrument} {tick.Time:HH:mm:ss} {tick.Last.Units} known {context.BarCount}");
        foreach ((int at, Func<StrategyContext, OrderRequest> request) in script)
        {
            if (at == _ticks)
            {
                context.Submit(request(context));
            }
        }

        _ticks++;
    }

    public void OnFill(StrategyContext context, in FillNotice fill) => Seen.Add($"fill {fill.Instrument} {fill.Price.Units}");

    public void OnBar(StrategyContext context, int instrument, in Bar bar) => Seen.Add($"bar {instrument} {bar.Close.Units}");

    public void OnStop(StrategyContext context) => Seen.Add("stop");
}
