namespace EasyQuant.Flow.Tests.Streams;

/// <summary>
/// Producers, one queue and consumers under random interleaving, crashes, repeated deliveries and zombies. The counted end is run by
/// <see cref="StreamLedger"/>; the naive one sends a message END and consumers leave at the first they see.
/// </summary>
internal sealed class StreamSimulation(int seed, int producerCount, int consumerCount, bool hasCrashes, bool isRequeuedToTheBack, bool isCounted)
{
    private const long EndMark = -1;
    private readonly Random _random = new(seed);
    private readonly StreamLedger _ledger = new(producerCount);
    private readonly LinkedList<(int Producer, long Sequence)> _queue = new();
    private readonly Dictionary<(int Producer, long Sequence), int> _effects = [];
    private int _effectsAfterCompletion;
    private int _crashesLeft = hasCrashes ? 12 : 0;

    public int Lost { get; private set; }

    public int Duplicated { get; private set; }

    public int Stuck { get; private set; }

    public bool IsViolated => Lost > 0 || Duplicated > 0 || Stuck > 0 || _effectsAfterCompletion > 0;

    public void Run()
    {
        var totals = new long[producerCount];
        var producers = new Source[producerCount];
        for (int p = 0; p < producerCount; p++)
        {
            totals[p] = _random.Next(0, 7);
            producers[p] = new Source(p, _ledger.Start(p));
        }

        List<Source> zombies = [];
        Taker[] takers = [.. Enumerable.Range(0, consumerCount).Select(_ => new Taker())];
        for (int step = 0; step < 4000 && !(producers.All(p => p.IsFinished) && takers.All(t => t.HasLeft)); step++)
        {
            int who = _random.Next(producerCount + consumerCount + (zombies.Count > 0 ? 1 : 0));
            if (who < producerCount)
            {
                producers[who] = StepProducer(producers[who], totals[who], zombies);
            }
            else if (who < producerCount + consumerCount)
            {
                StepTaker(takers[who - producerCount]);
            }
            else
            {
                // The zombie wakes up and goes on where it stood.
                StepSource(zombies[_random.Next(zombies.Count)], totals);
            }
        }

        for (int p = 0; p < producerCount; p++)
        {
            for (long s = 0; s < totals[p]; s++)
            {
                int count = _effects.GetValueOrDefault((p, s));
                Lost += count == 0 ? 1 : 0;
                Duplicated += count > 1 ? 1 : 0;
            }
        }

        Stuck = takers.Count(t => !t.HasLeft);
    }

    private Source StepProducer(Source source, long total, List<Source> zombies)
    {
        if (_crashesLeft > 0 && _random.Next(12) == 0 && zombies.Count < 4)
        {
            // It dies anywhere, also after it has closed; or it only seems dead.
            _crashesLeft--;
            if (_random.Next(2) == 0)
            {
                zombies.Add(source);
            }

            return new Source(source.Producer, _ledger.Start(source.Producer));
        }

        Advance(source, total);
        return source;
    }

    private void StepSource(Source source, long[] totals) => Advance(source, totals[source.Producer]);

    private void Advance(Source source, long total)
    {
        if (source.IsFinished)
        {
            return;
        }

        if (source.Next < total)
        {
            _queue.AddLast((source.Producer, source.Next++));
            return;
        }

        source.IsFinished = true;
        if (isCounted)
        {
            // A start after the close finds the producer closed and has nothing to do.
            _ledger.TryClose(source.Producer, source.Epoch, total);
        }
        else
        {
            _queue.AddLast((source.Producer, EndMark));
        }
    }

    private void StepTaker(Taker taker)
    {
        if (taker.HasLeft)
        {
            return;
        }

        if (_crashesLeft > 0 && taker.Held.Count > 0 && _random.Next(12) == 0)
        {
            _crashesLeft--;
            Requeue(taker);
            return;
        }

        if (_queue.First is { } first && taker.Held.Count < 3 && _random.Next(2) == 0)
        {
            _queue.RemoveFirst();
            taker.Held.Add(first.Value);
            return;
        }

        if (taker.Held.Count > 0)
        {
            (int producer, long sequence) = taker.Held[0];
            Consume(taker, producer, sequence);
            // A crash between the effect and the ack: the message comes again.
            if (_crashesLeft > 0 && _random.Next(12) == 0)
            {
                _crashesLeft--;
                taker.HasLeft = false;
                Requeue(taker);
                return;
            }

            taker.Held.RemoveAt(0);
        }
        else if (isCounted && _ledger.State != StreamLedgerState.Open)
        {
            taker.HasLeft = true;
        }

        if (taker.HasLeft)
        {
            Requeue(taker);
        }
    }

    private void Consume(Taker taker, int producer, long sequence)
    {
        if (sequence == EndMark)
        {
            taker.HasLeft = true;
            return;
        }

        bool isComplete = _ledger.State == StreamLedgerState.Completed;
        if (isCounted ? _ledger.TryConsume(producer, sequence, isPoison: (sequence + producer) % 5 == 4) : true)
        {
            _effects[(producer, sequence)] = _effects.GetValueOrDefault((producer, sequence)) + 1;
            _effectsAfterCompletion += isCounted && isComplete ? 1 : 0;
        }
    }

    private void Requeue(Taker taker)
    {
        if (isRequeuedToTheBack)
        {
            taker.Held.ForEach(message => _queue.AddLast(message));
        }
        else
        {
            Enumerable.Reverse(taker.Held).ToList().ForEach(message => _queue.AddFirst(message));
        }

        taker.Held.Clear();
    }

    private sealed class Source(int producer, long epoch)
    {
        public int Producer { get; } = producer;

        public long Epoch { get; } = epoch;

        public long Next { get; set; }

        public bool IsFinished { get; set; }
    }

    private sealed class Taker
    {
        public List<(int Producer, long Sequence)> Held { get; } = [];

        public bool HasLeft { get; set; }
    }
}
