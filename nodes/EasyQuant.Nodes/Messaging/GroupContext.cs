using EasyQuant.Flow;
using EasyQuant.Messaging.Topics;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>What the nodes of a replica share: the start, the plan, the broker, the tables of streams. Thread-safe.</summary>
internal sealed class GroupContext(
    string startId, GroupsDefinition definition, ProcessGroup group, RunContext run, ProjectDatabase database, ITopicTransport transport, TimeProvider time)
{
    /// <summary>Consumer group of a stream that only counts a source's own shards.</summary>
    private const string OwnGroup = "own";

    private static readonly TimeSpan s_suspectsAge = TimeSpan.FromSeconds(2);

    private volatile HashSet<StreamPosition>? _suspects;
    private long _suspectsTime;
    private long _number;

    public string StartId => startId;

    public GroupsDefinition Definition => definition;

    public GroupsPlan Plan { get; } = GroupsPlan.Create(definition);

    public ProcessGroup Group => group;

    public RunContext Run => run;

    public ProjectDatabase Database => database;

    /// <summary>The database for what must not fail for a passing fault.</summary>
    public PatientDatabase Patient { get; } = new(database, time);

    public ITopicTransport Transport => transport;

    /// <summary>Where chunks wait that are tried alone; shared by the replicas of the group in this process.</summary>
    public SuspectGate Gate { get; init; } = new(time);

    public StreamStore Streams { get; } = new(database.Schema);

    public StreamProducerStore Producers { get; } = new(database.Schema);

    public StreamConsumerStore Consumers { get; } = new(database.Schema);

    public StreamParkingStore Parking { get; } = new(database.Schema);

    public bool IsSource => group.InputQueue.Length == 0;

    public bool IsRelay => !IsSource && group.OutputQueue.Length > 0;

    /// <summary>The source group that writes the input queue; null when the group reads no queue or another kind of group writes it.</summary>
    public ProcessGroup? SourceWriter => IsSource ? null : definition.Groups.First(other => other.OutputQueue == group.InputQueue) is { InputQueue: "" } writer ? writer : null;

    /// <summary>Stream whose producers are a source's shards: of its output topic, or one of its own when it has none.</summary>
    public string ShardStream => group.OutputQueue.Length > 0 ? StreamOf(group.OutputQueue) : $"{startId}.own.{group.Id}";

    /// <summary>Stream that a sink counts its chunks in.</summary>
    public string CountStream => IsSource ? ShardStream : StreamOf(group.InputQueue);

    /// <summary>Consumer group that a sink counts its chunks in.</summary>
    public string CountGroup => IsSource ? OwnGroup : GroupChain.ConsumerGroup(group);

    /// <summary>The queues that the group reads and writes.</summary>
    private IEnumerable<string> Queues => new[] { group.InputQueue, group.OutputQueue }.Where(queue => queue.Length > 0);

    public string StreamOf(string queue) => $"{startId}.{queue}";

    public TopicDefinition TopicOf(string queue)
    {
        GroupTopic settings = definition.Topic(queue);
        // Parking comes first; the broker's own limit is the last net.
        return new TopicDefinition
        {
            Name = StreamOf(queue),
            Groups = Plan.ConsumerGroups(queue),
            LengthMax = settings.LengthMax,
            RedeliveriesMax = Math.Min(1_000, settings.DeliveriesMax + 20),
        };
    }

    /// <summary>Names a consumer to the database. A fence is locked until its transaction ends, so each lane has two of its own.</summary>
    public StreamMember Member(StreamExecution execution, long sequence) =>
        new(CountStream, CountGroup, $"run/{run.RunId}/{execution.Shard}/{sequence & 1}", run.Epoch);

    /// <summary>Place of a chunk among all that upsert into the same table.</summary>
    public async Task<SaveOrder> OrderAsync(Npgsql.NpgsqlConnection connection, StreamChunk chunk, CancellationToken cancellationToken)
    {
        long number = Interlocked.Read(ref _number);
        if (number == 0)
        {
            number = await Streams.GetNumberAsync(connection, CountStream, CountGroup, cancellationToken);
            Interlocked.Exchange(ref _number, number);
        }

        return new SaveOrder(number, chunk.Sequence, chunk.Shard);
    }

    /// <summary>Whether somebody has tried the chunk and has not told its end: it, or a copy that a restarted reader sent, may end processes.</summary>
    public bool IsSuspect(StreamPosition position) => _suspects?.Contains(position) == true;

    /// <summary>Reads the suspects anew when that was some seconds ago.</summary>
    public async Task RefreshSuspectsAsync(CancellationToken cancellationToken)
    {
        if (_suspects is null || time.GetElapsedTime(Interlocked.Read(ref _suspectsTime)) > s_suspectsAge)
        {
            Interlocked.Exchange(ref _suspectsTime, time.GetTimestamp());
            _suspects = [.. await Patient.ReadAsync((connection, token) => Parking.ListSuspectsAsync(connection, CountStream, CountGroup, token), cancellationToken)];
        }
    }

    /// <summary>Asserts the input queue (the producer has asserted the other) and opens the streams that the group touches; all replicas do, one is first.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // Before anything is read or counted: what the broker refuses is known at once.
        if (!IsSource)
        {
            await transport.DeclareAsync(TopicOf(group.InputQueue), cancellationToken);
        }

        await Patient.RunAsync("groups.open", Streams.EnsureTablesAsync, cancellationToken);
        var openings = new List<StreamOpening>();
        foreach (string queue in Queues)
        {
            openings.Add(new StreamOpening
            {
                Stream = StreamOf(queue), ProjectId = run.ProjectId, Topic = queue, ProducerCount = Plan.ProducerCount(queue), Groups = Plan.ConsumerGroups(queue),
            });
        }

        if (openings.Count == 0)
        {
            openings.Add(new StreamOpening
            {
                Stream = ShardStream, ProjectId = run.ProjectId, Topic = group.Id, ProducerCount = Plan.ShardCount(group.Id), Groups = [OwnGroup],
            });
        }

        foreach (StreamOpening opening in openings)
        {
            await Patient.RunAsync<bool>("groups.open", (connection, token) => Streams.OpenAsync(connection, opening, token), cancellationToken);
        }
    }

    /// <summary>Consumes a chunk once: fence, key, effect and counters in one transaction.</summary>
    /// <exception cref="StreamFencedException">A newer owner of the run has written.</exception>
    /// <remarks>Failpoint: <c>stream.chunk.{shard}-{sequence}</c>, a chunk that is poison to whoever handles it.</remarks>
    public async Task ConsumeAsync(
        StreamChunk chunk, StreamExecution execution, long bytes, Func<Npgsql.NpgsqlConnection, CancellationToken, Task> effect, CancellationToken cancellationToken)
    {
        Failpoints.Hit("stream.chunk.", chunk.Shard, chunk.Sequence);
        try
        {
            await Patient.WaitAsync(
                () => Consumers.ConsumeAsync(
                    database.DataSource, Member(execution, chunk.Sequence), new StreamPosition(chunk.Shard, chunk.Sequence), chunk.Table.RowCount, bytes, effect, cancellationToken),
                cancellationToken);
        }
        catch (Persistence.Effects.EpochStaleException e)
        {
            throw new StreamFencedException(e.Message, e);
        }
        catch (StreamException e) when (e.Reason == StreamException.Surplus)
        {
            // The producer is closed with fewer chunks: this one is known already.
        }

        if (chunk.Delivery is { } delivery)
        {
            await delivery.AcknowledgeAsync(cancellationToken);
        }
    }
}
