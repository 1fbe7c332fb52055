using System.Diagnostics;
using System.Runtime.CompilerServices;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Persistence.Streams;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Reads chunks of a topic as a member of a consumer group, until the stream is complete. A chunk is acknowledged once its effects are durable.</summary>
public sealed class MqConsumerNode : IStreamSource
{
    private static readonly TimeSpan s_pollTime = TimeSpan.FromMilliseconds(500);

    private MqConsumerNode()
    {
    }

    /// <summary>Adds the node type <c>MQConsumer</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<MqConsumerParameters>(
        new NodeDefinitionTemplate
        {
            Type = GroupChain.ConsumerType,
            Title = new LocalizedText("Queue consumer", "队列消费者"),
            Category = "messaging",
            Icon = "inbox",
            Description = new LocalizedText(
                "Reads chunks of a queue in a process group; acknowledged only after their effects are durable.", "在进程组中读取队列数据块；效果落库后才确认。"),
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            StreamRole = StreamRole.Source,
        },
        _ => new MqConsumerNode());

    /// <summary>Refuses: the node works in process groups only.</summary>
    /// <exception cref="NodeException"><c>NODE_STREAMS_ONLY</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) =>
        throw new NodeException("NODE_STREAMS_ONLY", "MQConsumer works in process groups only.");

    /// <inheritdoc/>
    public async IAsyncEnumerable<StreamChunk> StreamAsync(StreamExecution execution, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        GroupContext context = execution.Services.Require<GroupContext>("a process group");
        GroupTopic topic = context.Definition.Topic(context.Group.InputQueue);
        var limits = new ChunkLimits { RowsMax = GroupLimits.ChunkRowsMax, BytesMax = GroupLimits.ChunkBytesMax };
        var options = new TopicConsumerOptions { PrefetchMax = (ushort)context.Definition.Prefetch, PayloadBytesMax = GroupLimits.ChunkBytesMax };
        var policy = new PoisonPolicy { FailuresMax = topic.DeliveriesMax };
        await using ITopicConsumer consumer = await context.Transport.OpenConsumerAsync(
            context.TopicOf(context.Group.InputQueue), context.CountGroup, options, cancellationToken);
        var open = new List<MqDelivery>();
        try
        {
            while (true)
            {
                await context.RefreshSuspectsAsync(cancellationToken);
                TopicDelivery? delivery = await consumer.PollAsync(s_pollTime, cancellationToken);
                if (delivery is null)
                {
                    switch (await StateAsync(context, cancellationToken))
                    {
                        case StreamState.Completed: yield break;
                        case StreamState.Aborted: throw new NodeException("STREAM_ABORTED", $"The stream of '{topic.Name}' was given up.");
                        default: continue;
                    }
                }

                var held = new MqDelivery(context, execution, consumer, delivery, policy);
                open.RemoveAll(one => one.HasEnded);
                open.Add(held);
                if (await ReadAsync(held, delivery, limits, cancellationToken) is { } table)
                {
                    yield return new StreamChunk(delivery.Chunk!.Shard, delivery.Chunk.Sequence, table, held);
                }
            }
        }
        finally
        {
            // A lane that ends with chunks in hand must not hold up the other lanes of the process.
            open.ForEach(held => held.End());
        }
    }

    // What cannot be read, or has ended processes before, is parked at once.
    private static async Task<Table?> ReadAsync(MqDelivery held, TopicDelivery delivery, ChunkLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            if (delivery.Chunk is not { } chunk)
            {
                throw delivery.Error ?? new ChunkException(ChunkException.Corrupt, "The message is no chunk.");
            }

            return await held.IsSafeAsync(cancellationToken) ? ChunkCodecs.Decode(chunk, limits) : null;
        }
        catch (ChunkException e)
        {
            using Activity? span = held.StartSpan()?.SetTag("error.type", e.Reason).SetStatus(ActivityStatusCode.Error);
            await held.ParkAsync(e.Reason, e.Message, "", cancellationToken);
            return null;
        }
    }

    private static async Task<StreamState> StateAsync(GroupContext context, CancellationToken cancellationToken)
    {
        // Twice a second for as long as the topic is empty: no trace could hold it.
        Activity.Current = null;
        return await context.Patient.RunAsync<StreamState>(
            "groups.state",
            async (connection, token) =>
            {
                await context.Streams.CheckAsync(connection, context.CountStream, token);
                return await context.Streams.GetStateAsync(connection, context.CountStream, context.CountGroup, token);
            },
            cancellationToken);
    }
}
