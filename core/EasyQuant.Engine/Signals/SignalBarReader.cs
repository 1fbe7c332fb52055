namespace EasyQuant.Engine;

/// <summary>
/// Hands out the bars of one instrument that exist within a range of bar times. Without gaps these are slices of the panel; otherwise copies in
/// memory that the next call uses again. Not thread-safe.
/// </summary>
internal sealed class SignalBarReader
{
    private readonly long[][] _columns = [[], [], [], [], []];
    private int[] _times = [];

    /// <summary>Times of the bars handed out last, as positions in the axis; empty when there are no gaps, where bar i is at the first time + i.</summary>
    public ReadOnlySpan<int> Times => HasGaps ? _times.AsSpan(0, Count) : [];

    /// <summary>Number of bars handed out last.</summary>
    public int Count { get; private set; }

    /// <summary>True when some time of the range has no bar.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>First time of the range.</summary>
    public int First { get; private set; }

    /// <summary>Reads the bars from time <paramref name="first"/>, included, to <paramref name="end"/>, excluded.</summary>
    public SignalBars Read(InstrumentBars series, int first, int end)
    {
        First = first;
        ReadOnlySpan<long> close = series.Close.Span[first..end];
        int missing = close.Count(InstrumentBars.Missing);
        Count = close.Length - missing;
        HasGaps = missing > 0;
        if (!HasGaps)
        {
            return new SignalBars(
                series.Open[first..end], series.High[first..end], series.Low[first..end], series.Close[first..end], series.Volume[first..end]);
        }

        if (_times.Length < Count)
        {
            _times = new int[Count];
        }

        int next = 0;
        for (int i = 0; i < close.Length; i++)
        {
            if (close[i] != InstrumentBars.Missing)
            {
                _times[next++] = first + i;
            }
        }

        return new SignalBars(Pick(0, series.Open), Pick(1, series.High), Pick(2, series.Low), Pick(3, series.Close), Pick(4, series.Volume));
    }

    /// <summary>Returns the time of a bar handed out last as a position in the axis.</summary>
    /// <param name="bar">0 to <see cref="Count"/> - 1.</param>
    public int TimeOf(int bar) => HasGaps ? _times[bar] : First + bar;

    private ReadOnlyMemory<long> Pick(int column, ReadOnlyMemory<long> source)
    {
        if (_columns[column].Length < Count)
        {
            _columns[column] = new long[Count];
        }

        ReadOnlySpan<long> values = source.Span;
        long[] picked = _columns[column];
        for (int i = 0; i < Count; i++)
        {
            picked[i] = values[_times[i]];
        }

        return picked.AsMemory(0, Count);
    }
}
