namespace EasyQuant.Engine;

/// <summary>The bars of one instrument within a range of times: slices of its columns, and when they are. Not thread-safe.</summary>
internal sealed class SignalBarReader
{
    private ReadOnlyMemory<int> _slots;
    private int _firstRow;

    /// <summary>Number of bars read last.</summary>
    public int Count { get; private set; }

    /// <summary>True when some time of the range has no bar.</summary>
    public bool HasGaps { get; private set; }

    /// <summary>Reads the bars from time <paramref name="first"/>, included, to <paramref name="end"/>, excluded.</summary>
    public SignalBars Read(InstrumentBars series, int first, int end)
    {
        _firstRow = series.RowFrom(first);
        Count = series.RowFrom(end) - _firstRow;
        HasGaps = Count != end - first;
        _slots = series.IsFull ? default : series.Slots.Slice(_firstRow, Count);
        return new SignalBars(
            series.Open.Slice(_firstRow, Count),
            series.High.Slice(_firstRow, Count),
            series.Low.Slice(_firstRow, Count),
            series.Close.Slice(_firstRow, Count),
            series.Volume.Slice(_firstRow, Count));
    }

    /// <summary>Returns the time of a bar read last as a position in the axis.</summary>
    /// <param name="bar">0 to <see cref="Count"/> - 1.</param>
    public int TimeOf(int bar) => _slots.IsEmpty ? _firstRow + bar : _slots.Span[bar];
}
