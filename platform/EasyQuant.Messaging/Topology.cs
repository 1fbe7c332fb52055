using RabbitMQ.Client;

namespace EasyQuant.Messaging;

/// <summary>The exchanges and queues of the platform. Declaring is repeatable; every client declares what it uses, so a deleted queue comes back.</summary>
public static class Topology
{
    /// <summary>Topic exchange "this happened": routing keys <c>&lt;service&gt;.&lt;noun&gt;.&lt;event&gt;</c>.</summary>
    public const string EventsExchange = "easyquant.events";

    /// <summary>Direct exchange "do this".</summary>
    public const string WorkExchange = "easyquant.work";

    /// <summary>Topic exchange of data chunks.</summary>
    public const string DataExchange = "easyquant.data";

    /// <summary>Fanout exchange of messages that were given up.</summary>
    public const string DeadExchange = "easyquant.dead";

    /// <summary>Direct exchange of chunks that the queue of a consumer group gave up, by the name of the group's own dead queue. What has none goes to <see cref="DeadExchange"/>.</summary>
    public const string DeadDataExchange = "easyquant.dead.data";

    /// <summary>Queue behind <see cref="DeadExchange"/> for a person to look at; keeps the latest 100,000, see <see cref="DeadLetterWatch"/>.</summary>
    public const string DeadQueue = "easyquant.dead";

    /// <summary>
    /// Queue of hints that a run may be claimed, bound to <see cref="WorkExchange"/> under its own name. A hint lives 60 s: the
    /// Workflow service repeats it while a run stays unclaimed, so a lost hint costs time, never work.
    /// </summary>
    public const string RunQueue = "easyquant.work.runs";

    /// <summary>Deliveries of one message after which the broker gives it up: 20.</summary>
    public const int DeliveryCountMax = 20;

    /// <summary>Declares the exchanges, the dead-letter queue and the queue of run hints.</summary>
    /// <param name="channel">Open channel.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When all exist.</returns>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">One exists with other settings.</exception>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        await channel.ExchangeDeclareAsync(EventsExchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(WorkExchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await DeclareDataAsync(channel, cancellationToken);
        await channel.ExchangeDeclareAsync(DeadExchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await DeclareQueueAsync(channel, DeadQueue, Arguments(100_000, "drop-head", null), cancellationToken);
        await channel.QueueBindAsync(DeadQueue, DeadExchange, "", cancellationToken: cancellationToken);
        Dictionary<string, object?> hints = Arguments(100_000, "reject-publish", null);
        hints["x-message-ttl"] = 60_000;
        await DeclareQueueAsync(channel, RunQueue, hints, cancellationToken);
        await channel.QueueBindAsync(RunQueue, WorkExchange, RunQueue, cancellationToken: cancellationToken);
    }

    /// <summary>Declares a consumer's own quorum queue: bounded, reject-publish, dead letters to <see cref="DeadExchange"/>.</summary>
    /// <param name="channel">Open channel.</param>
    /// <param name="queue">The queue and its bindings.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When it exists and is bound.</returns>
    public static async Task DeclareAsync(IChannel channel, QueueDefinition queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(queue);
        await DeclareQueueAsync(channel, queue.Name, Arguments(queue.LengthMax, "reject-publish", DeadExchange), cancellationToken);
        foreach (QueueBinding binding in queue.Bindings)
        {
            await channel.QueueBindAsync(queue.Name, binding.Exchange, binding.RoutingKey, cancellationToken: cancellationToken);
        }
    }

    /// <summary>Declares what topics need: the exchange of data and the dead letters.</summary>
    internal static async Task DeclareForDataAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await DeclareDataAsync(channel, cancellationToken);
        await channel.ExchangeDeclareAsync(DeadExchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
        await DeclareQueueAsync(channel, DeadQueue, Arguments(100_000, "drop-head", null), cancellationToken);
        await channel.QueueBindAsync(DeadQueue, DeadExchange, "", cancellationToken: cancellationToken);
        await channel.ExchangeDeclareAsync(
            DeadDataExchange, ExchangeType.Direct, durable: true, autoDelete: false, new Dictionary<string, object?> { ["alternate-exchange"] = DeadExchange },
            cancellationToken: cancellationToken);
    }

    private static Task DeclareDataAsync(IChannel channel, CancellationToken cancellationToken) =>
        channel.ExchangeDeclareAsync(DataExchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    private static Dictionary<string, object?> Arguments(int lengthMax, string overflow, string? deadExchange)
    {
        var arguments = new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum",
            // Without a limit of its own a quorum queue moves a returned message behind all others.
            ["x-delivery-limit"] = DeliveryCountMax,
            ["x-max-length"] = lengthMax,
            ["x-overflow"] = overflow,
        };
        if (deadExchange is not null)
        {
            arguments["x-dead-letter-exchange"] = deadExchange;
        }

        return arguments;
    }

    internal static Task<QueueDeclareOk> DeclareQueueAsync(
        IChannel channel, string name, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);
}
