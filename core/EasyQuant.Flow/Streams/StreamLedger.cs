namespace EasyQuant.Flow;

/// <summary>
/// The counted, fenced end of one stream for one consumer group, as a pure state machine: what the tables <c>eq_stream_*</c> hold, without a database.
/// Producers close with their total under their epoch; the stream is completed when all are closed and as many chunks were consumed or parked. Messages decide nothing.
/// Not thread-safe: one transaction at a time.
/// </summary>
public sealed class StreamLedger
{
    private readonly Producer[] _producers;
    private readonly HashSet<(int Producer, long Sequence)> _seen = [];

    /// <summary>Opens the stream.</summary>
    /// <param name="producerCount">Logical producers, at least 1; counted from 0.</param>
    public StreamLedger(int producerCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(producerCount);
        _producers = [.. Enumerable.Range(0, producerCount).Select(_ => new Producer())];
    }

    /// <summary>State of the stream; open leads to completed or aborted, which are final.</summary>
    public StreamLedgerState State { get; private set; } = StreamLedgerState.Open;

    /// <summary>Chunks consumed.</summary>
    public long DoneCount => _producers.Sum(producer => producer.Done);

    /// <summary>Chunks parked.</summary>
    public long DeadCount => _producers.Sum(producer => producer.Dead);

    /// <summary>Starts a producer, again or for the first time: every earlier start of it is a zombie from now on.</summary>
    /// <param name="producer">Number of the producer.</param>
    /// <returns>Its epoch, counted from 1.</returns>
    public long Start(int producer) => ++_producers[producer].Epoch;

    /// <summary>Ends a producer. Repeatable with the same total.</summary>
    /// <param name="producer">Number of the producer.</param>
    /// <param name="epoch">Epoch of the caller.</param>
    /// <param name="total">Chunks that it sent in all, at least 0.</param>
    /// <returns>False for a zombie, for another total than before, for fewer chunks than were counted, and when the stream has ended otherwise: nothing changed.</returns>
    public bool TryClose(int producer, long epoch, long total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(total);
        Producer entry = _producers[producer];
        if (epoch != entry.Epoch)
        {
            return false;
        }

        if (entry.Total is { } before)
        {
            return before == total;
        }

        if (State != StreamLedgerState.Open || entry.Done + entry.Dead > total)
        {
            return false;
        }

        entry.Total = total;
        Check();
        return true;
    }

    /// <summary>Whether a producer has ended.</summary>
    /// <param name="producer">Number of the producer.</param>
    public bool IsClosed(int producer) => _producers[producer].Total is not null;

    /// <summary>Consumes or parks a chunk, once for its key, whatever epoch sent it: the sequence is the position in the input.</summary>
    /// <param name="producer">Number of the producer.</param>
    /// <param name="sequence">Sequence of the chunk.</param>
    /// <param name="isPoison">Whether it is parked, and counted as dead.</param>
    /// <returns>True when this was the first time: make the effect. False for a repetition, beyond the producer's total, and when the stream has ended.</returns>
    public bool TryConsume(int producer, long sequence, bool isPoison)
    {
        Producer entry = _producers[producer];
        if (State != StreamLedgerState.Open || entry.Done + entry.Dead >= (entry.Total ?? long.MaxValue) || !_seen.Add((producer, sequence)))
        {
            return false;
        }

        entry.Done += isPoison ? 0 : 1;
        entry.Dead += isPoison ? 1 : 0;
        Check();
        return true;
    }

    /// <summary>Gives the stream up; a completed one stays completed.</summary>
    /// <returns>Whether it was open.</returns>
    public bool Abort()
    {
        if (State != StreamLedgerState.Open)
        {
            return false;
        }

        State = StreamLedgerState.Aborted;
        return true;
    }

    private void Check()
    {
        if (State == StreamLedgerState.Open && Array.TrueForAll(_producers, producer => producer.Done + producer.Dead == producer.Total))
        {
            State = StreamLedgerState.Completed;
        }
    }

    private sealed class Producer
    {
        public long Epoch { get; set; }

        public long? Total { get; set; }

        public long Done { get; set; }

        public long Dead { get; set; }
    }
}
