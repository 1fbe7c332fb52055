namespace EasyQuant.Nodes.Messaging;

/// <summary>The gates of the consumer groups that have replicas in this process; one object for all replicas of a process. Thread-safe.</summary>
/// <param name="time">Clock of the waits.</param>
public sealed class SuspectGates(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Stream, string Group), Entry> _entries = [];

    /// <summary>Returns the gate of a consumer group; each call needs one <see cref="Return"/>.</summary>
    internal SuspectGate Take(string stream, string group)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue((stream, group), out Entry? entry))
            {
                _entries[(stream, group)] = entry = new Entry(new SuspectGate(time));
            }

            entry.UserCount++;
            return entry.Gate;
        }
    }

    /// <summary>Ends a use of a gate; the last one forgets it.</summary>
    internal void Return(string stream, string group)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue((stream, group), out Entry? entry) && --entry.UserCount == 0)
            {
                _entries.Remove((stream, group));
            }
        }
    }

    private sealed class Entry(SuspectGate gate)
    {
        public SuspectGate Gate { get; } = gate;

        public int UserCount { get; set; }
    }
}
