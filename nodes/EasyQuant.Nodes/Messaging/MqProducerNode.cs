using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Sends chunks to a topic and waits for the broker's confirm. A full queue makes it wait, and with it everything before it.</summary>
public sealed class MqProducerNode : IStreamSink
{
    /// <summary>Chunks of one lane that wait for their confirm at once.</summary>
    internal const int ChunksMax = 64;

    // Enough to hide the time of a confirm; each chunk takes its pooled memory, and the client library's copy, until then.
    private const long BytesMax = 4 << 20;
    private static readonly TimeSpan s_waitFirst = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(1);

    private readonly MqProducerParameters _parameters;

    private MqProducerNode(MqProducerParameters parameters) => _parameters = parameters;

    /// <inheritdoc/>
    public int WindowMax => ChunksMax;

    /// <inheritdoc/>
    public long WindowBytesMax => BytesMax;

    /// <summary>Adds the node type <c>MQProducer</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<MqProducerParameters>(
        new NodeDefinitionTemplate
        {
            Type = GroupChain.ProducerType,
            Title = new LocalizedText("Queue producer", "队列生产者"),
            Category = "messaging",
            Icon = "send",
            Description = new LocalizedText(
                "Sends chunks to a queue in a process group; waits for confirms, and while the queue is full.", "在进程组中向队列发送数据块；等待确认，队列满时等待。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            HasEffects = true,
            StreamRole = StreamRole.Sink,
        },
        parameters => new MqProducerNode(parameters));

    /// <summary>Refuses: the node works in process groups only.</summary>
    /// <exception cref="NodeException"><c>NODE_STREAMS_ONLY</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) =>
        throw new NodeException("NODE_STREAMS_ONLY", "MQProducer works in process groups only.");

    /// <inheritdoc/>
    public async Task<int> WriteAsync(StreamChunk chunk, StreamExecution execution, CancellationToken cancellationToken)
    {
        GroupContext context = execution.Services.Require<GroupContext>("a process group");
        var cutter = new ChunkCutter(context, _parameters.BatchSize);
        if (execution.Services.Get<ReplayHandover>() is { } handover)
        {
            return await handover.WriteAsync(chunk, cutter.Encode(chunk, 0), execution, cancellationToken);
        }

        ITopicProducer producer = execution.Services.Require<ITopicProducer>("an open queue");
        ShardProgress? progress = execution.Services.Get<ShardProgress>();
        int pieces;
        if (progress?.IsKnown(chunk.Sequence) == true)
        {
            // It is in the topic, or was consumed, and counts as before.
            pieces = cutter.Count(chunk);
        }
        else
        {
            IReadOnlyList<Chunk> chunks = cutter.Encode(chunk, execution.Services.Get<StreamLease>()?.Epoch ?? 0);
            pieces = chunks.Count;
            foreach (Chunk piece in chunks)
            {
                await SendAsync(producer, piece, execution, cancellationToken);
            }
        }

        progress?.Confirm(chunk.Sequence);
        if (chunk.Delivery is MqDelivery delivery)
        {
            await context.ConsumeAsync(
                chunk, execution, delivery.ByteCount,
                (connection, token) => context.Producers.AddProducedAsync(connection, context.StreamOf(context.Group.OutputQueue), cutter.ShardOf(chunk), pieces, token), cancellationToken);
        }

        return pieces;
    }

    private static async Task SendAsync(ITopicProducer producer, Chunk chunk, StreamExecution execution, CancellationToken cancellationToken)
    {
        // Many replicas are refused by the same full queue at the same time.
        var backoff = new Backoff(s_waitFirst, s_waitMax, execution.Services.Require<Random>("a source of chance"));
        bool isOurs = true;
        while (await producer.SendAsync(chunk, cancellationToken) is var outcome && outcome != SendOutcome.Confirmed)
        {
            // A client library may still hold what it was given when nobody knows what became of it.
            isOurs &= outcome != SendOutcome.Unknown;
            if (outcome == SendOutcome.Unroutable)
            {
                throw new NodeException("TOPIC_UNROUTABLE", $"Nobody is subscribed to '{producer.Topic}'; its queues are gone.", transient: true);
            }

            await Task.Delay(backoff.Next(), execution.Services.Time, cancellationToken);
        }

        if (isOurs)
        {
            chunk.Buffer?.Dispose();
        }
    }
}
