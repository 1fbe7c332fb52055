using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Daily bars of one instrument as parallel arrays of one length, oldest first; prices in units of the instrument's price scale.
/// A day on which the instrument did not trade has no element. The arrays are not modified after construction.
/// </summary>
public sealed class DailySeries
{
    private readonly int[] _days;
    private readonly long[] _open;
    private readonly long[] _high;
    private readonly long[] _low;
    private readonly long[] _close;
    private readonly long[] _volume;
    private readonly long[] _previousClose;

    /// <summary>Takes over the arrays; the caller does not touch them afterwards.</summary>
    /// <param name="instrument">The instrument; price scale 4 to 8.</param>
    /// <param name="days">Positions in the panel's calendar, strictly ascending.</param>
    /// <param name="open">First prices.</param>
    /// <param name="high">Highest prices.</param>
    /// <param name="low">Lowest prices.</param>
    /// <param name="close">Last prices.</param>
    /// <param name="volume">Shares.</param>
    /// <param name="previousClose">Reference prices; 0 where unknown. Empty takes the close of the bar before.</param>
    /// <exception cref="ArgumentException">The arrays differ in length, the days do not ascend, or the scale is outside 4 to 8.</exception>
    public DailySeries(
        Instrument instrument,
        int[] days,
        long[] open,
        long[] high,
        long[] low,
        long[] close,
        long[] volume,
        long[] previousClose)
    {
        int count = days.Length;
        if (open.Length != count || high.Length != count || low.Length != count || close.Length != count || volume.Length != count
            || (previousClose.Length != count && previousClose.Length != 0))
        {
            throw new ArgumentException($"All columns of {instrument.Symbol} must have {count} elements.");
        }

        if (instrument.PriceScale is < Price.ShareScale or > 8)
        {
            throw new ArgumentException($"The price scale of {instrument.Symbol} must be 4 to 8, was {instrument.PriceScale}.");
        }

        for (int i = 1; i < count; i++)
        {
            if (days[i] <= days[i - 1])
            {
                throw new ArgumentException($"The days of {instrument.Symbol} must ascend; element {i} does not.", nameof(days));
            }
        }

        Instrument = instrument;
        _days = days;
        _open = open;
        _high = high;
        _low = low;
        _close = close;
        _volume = volume;
        _previousClose = previousClose.Length == count ? previousClose : ShiftedCloses(close);
    }

    /// <summary>The instrument.</summary>
    public Instrument Instrument { get; }

    /// <summary>Number of bars.</summary>
    public int Count => _days.Length;

    /// <summary>Positions in the panel's calendar, strictly ascending.</summary>
    public ReadOnlySpan<int> Days => _days;

    /// <summary>First prices.</summary>
    public ReadOnlySpan<long> Open => _open;

    /// <summary>Highest prices.</summary>
    public ReadOnlySpan<long> High => _high;

    /// <summary>Lowest prices.</summary>
    public ReadOnlySpan<long> Low => _low;

    /// <summary>Last prices.</summary>
    public ReadOnlySpan<long> Close => _close;

    /// <summary>Shares traded.</summary>
    public ReadOnlySpan<long> Volume => _volume;

    /// <summary>Reference prices of the price limits; 0 where unknown.</summary>
    public ReadOnlySpan<long> PreviousClose => _previousClose;

    /// <summary>Returns bar <paramref name="index"/> with its date.</summary>
    internal Bar BarAt(int index, DateOnly date) => new(
        date,
        new Price(_open[index]),
        new Price(_high[index]),
        new Price(_low[index]),
        new Price(_close[index]),
        new Quantity(_volume[index]),
        new Price(_previousClose[index]));

    private static long[] ShiftedCloses(long[] close)
    {
        long[] shifted = new long[close.Length];
        if (close.Length > 0)
        {
            Array.Copy(close, 0, shifted, 1, close.Length - 1);
        }

        return shifted;
    }
}
