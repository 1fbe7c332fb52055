using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Ticks of one instrument as columns of one length, oldest first, beside its bars: what <see cref="IStrategy.OnTick"/> sees and orders fill on. Each tick lies in a
/// bar of the instrument. The memory handed in is neither copied nor modified and must not change. Immutable, thread-safe.
/// </summary>
public sealed class InstrumentTicks
{
    /// <summary>Instants in microseconds since 1970 UTC, ascending; several ticks may have one time.</summary>
    public required ReadOnlyMemory<long> Times { get; init; }

    /// <summary>
    /// Position in the panel's axis of the bar that each tick lies in, ascending. With minutes a tick lies in the bar that has started last on its trading day; one before
    /// the first bar of the day (the opening auction) lies in that first bar. <see cref="TickMarket"/> makes it.
    /// </summary>
    public required ReadOnlyMemory<int> Bars { get; init; }

    /// <summary>Last prices in units of the instrument's price scale, above 0.</summary>
    public required ReadOnlyMemory<long> Last { get; init; }

    /// <summary>Quantities traded since the tick before, at least 0; a tick of 0 is a quote.</summary>
    public required ReadOnlyMemory<long> Volume { get; init; }

    /// <summary>Best bids, 0 where there is none; empty (default) when the data has none.</summary>
    public ReadOnlyMemory<long> Bid { get; init; }

    /// <summary>Best asks, 0 where there is none; empty (default) when the data has none.</summary>
    public ReadOnlyMemory<long> Ask { get; init; }

    /// <summary>Number of ticks.</summary>
    public int Count => Times.Length;

    /// <summary>Returns a tick.</summary>
    /// <param name="row">0 to <see cref="Count"/> - 1.</param>
    public Tick At(int row) => new(
        DateTimeOffset.UnixEpoch.AddTicks(Times.Span[row] * TimeSpan.TicksPerMicrosecond),
        new Price(Last.Span[row]),
        new Price(Bid.IsEmpty ? 0 : Bid.Span[row]),
        new Price(Ask.IsEmpty ? 0 : Ask.Span[row]),
        new Quantity(Volume.Span[row]));

    /// <summary>Returns the ticks of the bars before <paramref name="barCount"/>.</summary>
    internal InstrumentTicks Take(int barCount)
    {
        ReadOnlySpan<int> bars = Bars.Span;
        int count = bars.Length;
        while (count > 0 && bars[count - 1] >= barCount)
        {
            count--;
        }

        return new InstrumentTicks
        {
            Times = Times[..count],
            Bars = Bars[..count],
            Last = Last[..count],
            Volume = Volume[..count],
            Bid = Bid.IsEmpty ? Bid : Bid[..count],
            Ask = Ask.IsEmpty ? Ask : Ask[..count],
        };
    }

    /// <summary>Says what is wrong with the columns; null when nothing is.</summary>
    internal string? Fault(InstrumentBars series, BarAxis axis)
    {
        int count = Count;
        if (Bars.Length != count || Last.Length != count || Volume.Length != count
            || (!Bid.IsEmpty && Bid.Length != count) || (!Ask.IsEmpty && Ask.Length != count))
        {
            return $"The tick columns of {series.Instrument.Symbol} must have one length ({count}).";
        }

        for (int i = 0; i < count; i++)
        {
            if (FaultAt(i, series, axis) is { } fault)
            {
                return $"Tick {i} of {series.Instrument.Symbol} {fault}.";
            }
        }

        return null;
    }

    private string? FaultAt(int i, InstrumentBars series, BarAxis axis)
    {
        long time = Times.Span[i];
        int bar = Bars.Span[i];
        if (i > 0 && (time < Times.Span[i - 1] || bar < Bars.Span[i - 1]))
        {
            return "goes back in time";
        }

        if (bar < 0 || bar >= axis.Count || series.RowAt(bar) < 0)
        {
            return $"must lie in a bar of the instrument, bar {bar} is none";
        }

        int day = axis.Days.Span[bar];
        bool startsTooLate = !axis.Interval.IsDay && bar > axis.FirstBarOf(day) && time < axis.Starts.Span[bar];
        bool endsTooEarly = !axis.Interval.IsDay && bar + 1 < axis.EndBarOf(day) && time >= axis.Starts.Span[bar + 1];
        if (startsTooLate || endsTooEarly)
        {
            return $"does not lie in the time of bar {bar}, which starts at {axis.StartOf(bar):O}";
        }

        return Last.Span[i] <= 0 || Volume.Span[i] < 0 || (!Bid.IsEmpty && Bid.Span[i] < 0) || (!Ask.IsEmpty && Ask.Span[i] < 0)
            ? "must have a last price above 0 and no negative volume, bid or ask"
            : null;
    }
}
