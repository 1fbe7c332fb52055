using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>The queue of one consumer group, and the mark of a topic whose queues outlive a crash of the broker.</summary>
internal static class RabbitMqTopicQueue
{
    public static string NameOf(TopicDefinition topic, string group) => $"data.{topic.Name}.{group}";

    /// <summary>Name of the mark: a queue that takes nothing. It is declared after the queues of the topic, and before anything is sent.</summary>
    public static string MarkOf(TopicDefinition topic) => $"mark.{topic.Name}";

    /// <summary>
    /// Makes the declared queues of a topic outlive a kill of the broker. RabbitMQ 3.10 keeps the name of a new quorum queue in memory for up to a second; killed
    /// then, it starts the queue empty and without a leader, for good. Declaring a further quorum queue makes it look for that name, and so write the others down.
    /// Where the mark exists, the queues were therefore durable before the first message; where it does not, they never held one.
    /// </summary>
    public static Task DeclareMarkAsync(IChannel channel, TopicDefinition topic, CancellationToken cancellationToken) => Topology.DeclareQueueAsync(
        channel,
        MarkOf(topic),
        new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" },
        cancellationToken);

    /// <summary>Whether the mark of a topic exists.</summary>
    public static async Task<bool> IsMarkedAsync(IConnection connection, TopicDefinition topic, CancellationToken cancellationToken)
    {
        // The broker closes the channel when it says no.
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(MarkOf(topic), cancellationToken);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    public static async Task DeclareAsync(IChannel channel, TopicDefinition topic, string group, CancellationToken cancellationToken)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            // Without a limit of its own a quorum queue moves a returned message behind all others.
            ["x-delivery-limit"] = topic.RedeliveriesMax,
            ["x-max-length"] = topic.LengthMax,
            ["x-max-length-bytes"] = topic.BytesMax,
            ["x-overflow"] = "reject-publish",
            ["x-dead-letter-exchange"] = Topology.DeadExchange,
            ["x-dead-letter-strategy"] = "at-least-once",
        };
        string queue = NameOf(topic, group);
        await Topology.DeclareQueueAsync(channel, queue, arguments, cancellationToken);
        await channel.QueueBindAsync(queue, Topology.DataExchange, topic.Name, cancellationToken: cancellationToken);
    }
}
