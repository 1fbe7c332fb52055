using RabbitMQ.Client;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>The queue of one consumer group.</summary>
internal static class RabbitMqTopicQueue
{
    public static string NameOf(TopicDefinition topic, string group) => $"data.{topic.Name}.{group}";

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
