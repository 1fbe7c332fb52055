using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Lets the ticks of a bar happen, one after another: orders of the instrument match, its last price is marked, the strategy is told of what ended and sees the tick.
/// Both engines use it. One thread.
/// </summary>
internal sealed class TickReplay<TStrategy>(TradingCore core, StrategyContext context, StrategyNotices<TStrategy> notices)
    where TStrategy : IStrategy
{
    /// <summary>Instrument of the tick that the strategy sees; -1 outside.</summary>
    public int Current { get; private set; } = -1;

    /// <summary>True while the strategy runs.</summary>
    public bool IsInStrategy { get; private set; }

    /// <summary>Runs the ticks that lie in <paramref name="bar"/>, of which nothing is known yet.</summary>
    public void Run(int bar, ref TStrategy strategy)
    {
        if (core.Panel.Ticks is not { } sequence)
        {
            return;
        }

        int end = sequence.FirstOf(bar + 1);
        for (int position = sequence.FirstOf(bar); position < end; position++)
        {
            int instrument = sequence.InstrumentOf(position);
            Tick tick = core.Panel.Series[instrument].Ticks!.At(sequence.RowOf(position));
            if (core.Orders.OpenCount > 0)
            {
                core.Matcher.MatchTick(position, instrument, tick, bar);
            }

            core.Ledger.SetPrice(instrument, tick.Last.Units);
            core.BeginTick(position);
            IsInStrategy = true;
            notices.Tell(ref strategy);
            if (StrategyCalls<TStrategy>.HasOnTick)
            {
                Current = instrument;
                strategy.OnTick(context, instrument, in tick);
                Current = -1;
            }

            IsInStrategy = false;
            core.EndTick();
        }
    }
}
