using EasyQuant.Data;
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

    private const long BytesMax = 16 << 20;
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
        ITopicProducer producer = execution.Services.Require<ITopicProducer>("an open queue");
        string queue = context.Group.OutputQueue;
        GroupTopic topic = context.Definition.Topic(queue);
        var limits = new ChunkLimits
        {
            RowsMax = _parameters.BatchSize > 0 ? Math.Min(_parameters.BatchSize, topic.ChunkRowsMax) : topic.ChunkRowsMax,
            BytesMax = topic.ChunkBytesMax,
        };
        // Text takes more room than columns; what then still is too large fails with its reason.
        ChunkLimits cut = topic.Serializer is "json" or "msgpack" ? limits with { BytesMax = Math.Max(1_024, limits.BytesMax / 4) } : limits;
        int shard = context.IsSource ? context.Plan.FirstProducer(context.Group.Id) + chunk.Shard : chunk.Shard;
        ShardProgress? progress = execution.Services.Get<ShardProgress>();
        bool isKnown = progress?.IsKnown(chunk.Sequence) == true;
        int pieces = 0;
        try
        {
            foreach (Table piece in ChunkSplitter.Split(chunk.Table, cut))
            {
                if (isKnown)
                {
                    // It is in the topic, or was consumed, and counts as before.
                    pieces++;
                    continue;
                }

                ChunkEncoding encoding = ChunkCodecs.Get(topic.Serializer).Encoding;
                ChunkBuffer buffer = ChunkCodecs.EncodePooled(encoding, piece, limits with { BytesMax = GroupLimits.ChunkBytesMax });
                await SendAsync(
                    producer,
                    new Chunk
                    {
                        Stream = context.StreamOf(queue),
                        Shard = shard,
                        Epoch = execution.Services.Get<StreamLease>()?.Epoch ?? 0,
                        Sequence = ChunkSplitter.PieceSequence(chunk.Sequence, pieces),
                        RowCount = piece.RowCount,
                        Encoding = encoding,
                        Payload = buffer.Payload,
                        Buffer = buffer,
                    },
                    execution,
                    cancellationToken);
                pieces++;
            }
        }
        catch (ChunkException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }

        progress?.Confirm(chunk.Sequence);
        if (chunk.Delivery is MqDelivery delivery)
        {
            int count = pieces;
            await context.ConsumeAsync(
                chunk, execution, delivery.ByteCount,
                (connection, token) => context.Producers.AddProducedAsync(connection, context.StreamOf(queue), shard, count, token), cancellationToken);
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
