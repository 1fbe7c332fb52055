using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>The queue of one consumer group, the dead queue for what it gives up, and their mark: the proof that they outlive a crash of the broker.</summary>
internal static partial class RabbitMqTopicQueue
{
    private const int DeadDeliveryLimit = 1_000;

    public static string NameOf(TopicDefinition topic, string group) => $"data.{topic.Name}.{group}";

    /// <summary>Name of the queue of the group's own dead letters, which its consumers read.</summary>
    public static string DeadOf(TopicDefinition topic, string group) => $"dead.{topic.Name}.{group}";

    /// <summary>Name of the mark: a queue that takes nothing. It is declared after the queues of the group, and before anything is sent to them.</summary>
    public static string MarkOf(TopicDefinition topic, string group) => $"mark.{topic.Name}.{group}";

    /// <summary>
    /// Declares the queues of a group so that they outlive a kill of the broker before it takes its first message. RabbitMQ 3.10 keeps the name of a new quorum queue in
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

        bool isDeadNew = !await ExistsAsync(connection, DeadOf(topic, group), cancellationToken);
        await DeclareDeadAsync(channel, topic, group, cancellationToken);
        await DeclareAsync(connection, queue, topic, group, cancellationToken);

        if (isNew || !isMarked)
        {
            await ProveAsync(connection, queue, MarkOf(topic, group), broker, logger, cancellationToken);
            await ProveAsync(connection, DeadOf(topic, group), MarkOf(topic, group), broker, logger, cancellationToken);
        }

        if (isMarked && (isNew || isDeadNew))
        {
            // That the old mark is gone is in the node's memory as well, so it need not look for that name: it must hear one that it never knew.
            string other = $"{MarkOf(topic, group)}.{Guid.NewGuid():N}";
            await DeclareMarkAsync(channel, other, cancellationToken);
            await channel.QueueDeleteAsync(other, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        }

        if (isNew || !isMarked)
        {
            await DeclareMarkAsync(channel, MarkOf(topic, group), cancellationToken);
        }

        await channel.QueueBindAsync(queue, Topology.DataExchange, topic.Name, cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Waits until the queues of a group may be deleted. A quorum queue that gets its leader starts the process that hands on its dead letters; when the queue is deleted before that process
    /// has found its way to it, RabbitMQ ends all such processes, and no queue with confirmed dead letters gets a leader any more until the broker is started again
    /// (rabbitmq-server issue 16652). After a start of the broker all its queues get leaders. A queue that answers has its leader; one that says nothing has none, and may go.
    /// </summary>
    /// <returns>Whether one of them answered: its process needs a moment more.</returns>
    public static async Task<bool> AwaitLeadersAsync(IConnection connection, TopicDefinition topic, string group, BrokerOptions broker, CancellationToken cancellationToken)
    {
        bool[] answers = await Task.WhenAll(AnswersAsync(NameOf(topic, group)), AnswersAsync(DeadOf(topic, group)));
        return answers.Contains(true);

        async Task<bool> AnswersAsync(string queue)
        {
            try
            {
                await AskAsync(connection, queue, broker, cancellationToken);
                return true;
            }
            catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) && !cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// Deletes the queues of a group with all they hold, and asks for the end of its mark without waiting for it: for a mark that was declared right before the broker
    /// was killed, and cannot start, RabbitMQ takes 5 s. A mark that stays without its queue is replaced with the next queue of that name.
    /// </summary>
    /// <param name="channel">Where the queues are deleted.</param>
    /// <param name="marks">Where the mark is; it answers nothing more until the mark is gone.</param>
    /// <param name="topic">Names the queue.</param>
    /// <param name="group">Names the queue.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task DeleteAsync(IChannel channel, IChannel marks, TopicDefinition topic, string group, CancellationToken cancellationToken)
    {
        await channel.QueueDeleteAsync(NameOf(topic, group), ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        await channel.QueueDeleteAsync(DeadOf(topic, group), ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
        await marks.QueueDeleteAsync(MarkOf(topic, group), ifUnused: false, ifEmpty: false, noWait: true, cancellationToken);
    }

    // Bounded by refusing, as the queue is: what finds no room stays in the queue of the group and counts there.
    private static async Task DeclareDeadAsync(IChannel channel, TopicDefinition topic, string group, CancellationToken cancellationToken)
    {
        Dictionary<string, object?> arguments = Bounds(topic);
        // A member gives a chunk back here only when the database was away for long; after so many times it is for a person to look at.
        arguments["x-delivery-limit"] = DeadDeliveryLimit;
        arguments["x-dead-letter-exchange"] = Topology.DeadExchange;
        await Topology.DeclareQueueAsync(channel, DeadOf(topic, group), arguments, cancellationToken);
        await channel.QueueBindAsync(DeadOf(topic, group), Topology.DeadDataExchange, DeadOf(topic, group), cancellationToken: cancellationToken);
    }

    // A queue that a version without dead queues declared keeps its settings for as long as its start lives: they cannot be changed.
    private static async Task DeclareAsync(IConnection connection, string queue, TopicDefinition topic, string group, CancellationToken cancellationToken)
    {
        Dictionary<string, object?> arguments = Arguments(topic, group);
        try
        {
            await DeclareAsync(connection, queue, arguments, cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            arguments["x-dead-letter-exchange"] = Topology.DeadExchange;
            arguments.Remove("x-dead-letter-routing-key");
            try
            {
                await DeclareAsync(connection, queue, arguments, cancellationToken);
            }
            catch (OperationInterruptedException)
            {
                // What differs from the settings of today is what the caller can do something about.
                ExceptionDispatchInfo.Throw(exception);
            }
        }
    }

    // The broker closes the channel when it says no.
    private static async Task DeclareAsync(IConnection connection, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken)
    {
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        await Topology.DeclareQueueAsync(channel, queue, arguments, cancellationToken);
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
        IConnection connection, string queue, string mark, BrokerOptions broker, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(connection, queue, broker, cancellationToken);
        }
        catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) && !cancellationToken.IsCancellationRequested)
        {
            if (connection.IsOpen && !await ExistsAsync(connection, mark, cancellationToken))
            {
                LogSilent(logger, exception, queue);
                await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
                await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken);
            }

            throw;
        }
    }

    // A queue answers with a message, or that it has none, when it has a leader.
    private static async Task AskAsync(IConnection connection, string queue, BrokerOptions broker, CancellationToken cancellationToken)
    {
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken);
        // What is there after all goes back when the channel closes.
        await channel.BasicGetAsync(queue, autoAck: false, cancellationToken).WaitAsync(broker.CommandTimeout, cancellationToken);
    }

    private static Dictionary<string, object?> Arguments(TopicDefinition topic, string group)
    {
        Dictionary<string, object?> arguments = Bounds(topic);
        // Without a limit of its own a quorum queue moves a returned message behind all others.
        arguments["x-delivery-limit"] = topic.RedeliveriesMax;
        arguments["x-dead-letter-exchange"] = Topology.DeadDataExchange;
        arguments["x-dead-letter-routing-key"] = DeadOf(topic, group);
        return arguments;
    }

    private static Dictionary<string, object?> Bounds(TopicDefinition topic) => new()
    {
        ["x-queue-type"] = "quorum",
        ["x-max-length"] = topic.LengthMax,
        ["x-max-length-bytes"] = topic.BytesMax,
        ["x-overflow"] = "reject-publish",
        ["x-dead-letter-strategy"] = "at-least-once",
    };

    [LoggerMessage(172, LogLevel.Warning, "The queue {Queue} was declared right before the broker was killed and cannot start; it holds nothing and is replaced.")]
    private static partial void LogSilent(ILogger logger, Exception exception, string queue);
}
