namespace EasyQuant.Nodes.Messaging;

/// <summary>How far the chunks of a shard are confirmed without a gap: whoever reads the shard after a crash need not send them again. Thread-safe.</summary>
/// <param name="first">First sequence that was not confirmed when the shard was taken.</param>
internal sealed class ShardProgress(long first)
{
    private readonly Lock _lock = new();
    // Chunks that were confirmed before an earlier one; at most as many as the sink has on their way.
    private readonly SortedSet<long> _ahead = [];
    private readonly long _first = first;
    private long _next = first;

    /// <summary>First sequence that is not confirmed; never goes back.</summary>
    public long NextSequence
    {
        get
        {
            lock (_lock)
            {
                return _next;
            }
        }
    }

    /// <summary>Whether an earlier owner had the chunk confirmed.</summary>
    public bool IsKnown(long sequence) => sequence < _first;

    /// <summary>Notes that every piece of a chunk is confirmed.</summary>
    public void Confirm(long sequence)
    {
        lock (_lock)
        {
            if (sequence >= _next)
            {
                _ahead.Add(sequence);
            }

            while (_ahead.Remove(_next))
            {
                _next++;
            }
        }
    }
}
