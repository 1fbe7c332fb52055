using EasyQuant.Data;

namespace EasyQuant.Flow;

/// <summary>Counts what one node of a chain does. Thread-safe.</summary>
internal sealed class StageMeter
{
    private readonly Lock _gate = new();
    private StageCounts _counts;

    public StageCounts Counts
    {
        get
        {
            lock (_gate)
            {
                return _counts;
            }
        }
    }

    /// <summary>Counts a finished chunk and the time that it took.</summary>
    public void Finish(Table table, TimeSpan busy) => Add(new StageCounts(1, table.RowCount, table.EstimatedBytes, busy, TimeSpan.Zero, 0));

    /// <summary>Counts the time that a chunk waited for a place.</summary>
    public void Wait(TimeSpan waiting) => Add(new StageCounts(0, 0, 0, TimeSpan.Zero, waiting, 0));

    /// <summary>Counts a failure and the time that it took.</summary>
    public void Fail(TimeSpan busy) => Add(new StageCounts(0, 0, 0, busy, TimeSpan.Zero, 1));

    private void Add(StageCounts more)
    {
        lock (_gate)
        {
            _counts = _counts.Add(more);
        }
    }
}
