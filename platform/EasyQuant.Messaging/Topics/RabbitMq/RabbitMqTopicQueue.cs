using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>The queue of one consumer group, and its mark: the proof that the queue outlives a crash of the broker.</summary>
internal static partial class RabbitMqTopicQueue
{
    public static string NameOf(TopicDefinition topic, string group) => $"data.{topic.Name}.{group}";

    /// <summary>Name of the mark: a queue that takes nothing. It is declared after the queue of the group, and before anything is sent to that.</summary>
    public static string MarkOf(TopicDefinition topic, string group) => $"mark.{topic.Name}.{group}";

    /// <summary>
    /// Declares the queue of a group so that it outlives a kill of the broker before it takes its first message. RabbitMQ 3.10 keeps the name of a new quorum queue in
    /// memory for up to a second; killed then, it starts the queue empty and without a leader, for good. Declaring a further quorum queue, the mark, makes it look for that
    /// name, and so write the others down; only then the queue is bound. Where the mark exists, the queue was therefore durable before the first message; where it does
    /// not, the queue never held one: it is asked for a message, and deleted when it does not answer. A queue that somebody has deleted gets a new mark with the new queue.
    /// </summary>
    /// <exception cref="Exception">A fault of the broker, also when the queue did not answer: the next call declares it anew.</exception>
    public static async Task EnsureAsync(
        IConnection connection, IChannel channel, TopicDefinition topic, string group, BrokerOptions broker, ILogger logger, CancellationToken cancellationToken)
    {
        string queue = NameOf(topic, group);
        bool isNew = !await ExistsAsync(connection, queue, cancellationToken);
        bool isMarked = await ExistsAsync(connection, MarkOf(topic, group), cancellationToken);
        if (isNew && isMarked)
        {
            await channel.QueueDeleteAsync(MarkOf(topic, group), ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        }

        await Topology.DeclareQueueAsync(channel, queue, Arguments(topic), cancellationToken);
        if (isNew || !isMarked)
        {
            await ProveAsync(connection, topic, group, broker, logger, cancellationToken);
            if (isMarked)
            {
                // That the old mark is gone is in the node's memory as well, so it need not look for that name: it must hear one that it never knew.
                string other = $"{MarkOf(topic, group)}.{Guid.NewGuid():N}";
                await DeclareMarkAsync(channel, other, cancellationToken);
                await channel.QueueDeleteAsync(other, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
            }

            await DeclareMarkAsync(channel, MarkOf(topic, group), cancellationToken);
        }

        await channel.QueueBindAsync(queue, Topology.DataExchange, topic.Name, cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Deletes the queue of a group with all it holds, and asks for the end of its mark without waiting for it: for a mark that was declared right before the broker
    /// was killed, and cannot start, RabbitMQ takes 5 s. A mark that stays without its queue is replaced with the next queue of that name.
    /// </summary>
    /// <param name="channel">Where the queue is deleted.</param>
    /// <param name="marks">Where the mark is; it answers nothing more until the mark is gone.</param>
    /// <param name="topic">Names the queue.</param>
    /// <param name="group">Names the queue.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task DeleteAsync(IChannel channel, IChannel marks, TopicDefinition topic, string group, CancellationToken cancellationToken)
    {
        await channel.QueueDeleteAsync(NameOf(topic, group), ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        await marks.QueueDeleteAsync(MarkOf(topic, group), ifUnused: false, ifEmpty: false, noWait: true, cancellationToken);
    }

    private static Task DeclareMarkAsync(IChannel channel, string name, CancellationToken cancellationToken) => Topology.DeclareQueueAsync(
        channel, name, new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" }, cancellationToken);

    private static async Task<bool> ExistsAsync(IConnection connection, string queue, CancellationToken cancellationToken)
    {
        // The broker closes the channel when it says no.
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        try
        {
            await channel.QueueDeclarePassiveAsync(queue, cancellationToken);
            return true;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    // A queue that was declared right before the broker was killed is known to it and answers nothing for good. Before the mark it holds nothing, so it goes;
    // the caller declares it anew.
    private static async Task ProveAsync(
        IConnection connection, TopicDefinition topic, string group, BrokerOptions broker, ILogger logger, CancellationToken cancellationToken)
    {
        string queue = NameOf(topic, group);
        try
        {
            await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
            // What is there after all goes back when the channel closes.
            await channel.BasicGetAsync(queue, autoAck: false, cancellationToken).WaitAsync(broker.CommandTimeout, cancellationToken);
        }
        catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) && !cancellationToken.IsCancellationRequested)
        {
            if (connection.IsOpen && !await ExistsAsync(connection, MarkOf(topic, group), cancellationToken))
            {
                LogSilent(logger, exception, queue);
                await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
                await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
            }

            throw;
        }
    }

    private static Dictionary<string, object?> Arguments(TopicDefinition topic) => new()
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

    [LoggerMessage(172, LogLevel.Warning, "The queue {Queue} was declared right before the broker was killed and cannot start; it holds nothing and is replaced.")]
    private static partial void LogSilent(ILogger logger, Exception exception, string queue);
}
