namespace EasyQuant.Faults.Oracles;

/// <summary>Records what clients asked for and what they were told, before and after each call. Thread-safe.</summary>
internal sealed class History
{
    private readonly Lock _gate = new();
    private readonly List<HistoryEntry> _entries = [];

    /// <summary>The lines so far, in order.</summary>
    public IReadOnlyList<HistoryEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    /// <summary>Notes that a call begins.</summary>
    public void Invoke(string key) => Add(key, CallOutcome.Invoked);

    /// <summary>Notes how a call ended.</summary>
    public void End(string key, CallOutcome outcome) => Add(key, outcome);

    private void Add(string key, CallOutcome outcome)
    {
        lock (_gate)
        {
            _entries.Add(new HistoryEntry(_entries.Count + 1, key, outcome));
        }
    }
}
