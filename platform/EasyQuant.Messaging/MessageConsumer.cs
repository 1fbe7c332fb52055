using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging;

/// <summary>
/// Consumes one queue with manual acknowledgement over a connection of its own. A watchdog rebuilds connection, queue and
/// consumer after the broker died, the channel was closed or the queue was deleted. Messages may come twice.
/// </summary>
public sealed partial class MessageConsumer : BackgroundService
{
    private readonly BrokerConnection _connection;
    private readonly ConsumerOptions _options;
    private readonly BrokerOptions _broker;
    private readonly MessageHandler _handler;
    private readonly ILogger<MessageConsumer> _logger;
    private readonly ConsumerLoop _loop;

    /// <summary>Creates the consumer; it starts with its host, or with <see cref="BackgroundService.StartAsync"/>.</summary>
    /// <param name="factory">Where the broker is.</param>
    /// <param name="options">Queue and bounds.</param>
    /// <param name="broker">Bounds towards the broker.</param>
    /// <param name="handler">Handles each message.</param>
    /// <param name="logger">Log.</param>
    public MessageConsumer(IConnectionFactory factory, ConsumerOptions options, BrokerOptions broker, MessageHandler handler, ILogger<MessageConsumer> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _connection = new BrokerConnection(factory, $"consume {options.Queue.Name}", broker);
        _options = options;
        _broker = broker;
        _handler = handler;
        _logger = logger;
        // The hints in the run queue are worth nothing, so a new one may take its place; any other queue is left to a person.
        var settings = new ConsumerLoopSettings
        {
            Queue = options.Queue.Name,
            PrefetchMax = options.PrefetchMax,
            ConcurrencyMax = options.ConcurrencyMax,
            IsReplaceable = options.Queue.Name == Topology.RunQueue,
            Declare = DeclareAsync,
        };
        _loop = new ConsumerLoop(_connection, settings, broker, HandleAsync, logger);
    }

    /// <summary>Whether the broker delivers to this consumer at the moment.</summary>
    public bool IsConsuming => _loop.IsConsuming;

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _connection.DisposeAsync();
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _loop.RunAsync(stoppingToken);

    private async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await Topology.DeclareAsync(channel, cancellationToken).WaitAsync(_broker.CommandTimeout, cancellationToken);
        if (_options.Queue.Name != Topology.RunQueue)
        {
            await Topology.DeclareAsync(channel, _options.Queue, cancellationToken).WaitAsync(_broker.CommandTimeout, cancellationToken);
        }
    }

    private async Task HandleAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken cancellationToken)
    {
        IncomingMessage message = Read(delivery);
        ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out ActivityContext parent);
        using Activity? activity = MessagePublisher.Source.StartActivity($"process {_options.Queue.Name}", ActivityKind.Consumer, parent);
        activity?.SetTag("messaging.system", "rabbitmq").SetTag("messaging.operation.name", "process").SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", _options.Queue.Name).SetTag("messaging.rabbitmq.destination.routing_key", message.RoutingKey);
        activity?.SetTag("messaging.message.id", message.MessageId);
        activity?.SetTag("messaging.message.conversation_id", message.CorrelationId);
        if (Header(delivery.BasicProperties, MessageSchema.Header) is var version && !MessageSchema.IsKnown(version))
        {
            // Trying it again changes nothing.
            LogSchemaUnknown(message.MessageId, message.Type, _options.Queue.Name, version, MessageSchema.Version);
            activity?.SetTag("error.type", "MESSAGE_SCHEMA_UNKNOWN").SetStatus(ActivityStatusCode.Error);
            await AnswerAsync(channel, delivery.DeliveryTag, MessageVerdict.Reject);
            return;
        }

        MessageVerdict verdict;
        try
        {
            verdict = await _handler(message, cancellationToken);
        }
        catch (Exception exception)
        {
            // Outermost frame of a delivery: the message comes again, and after the broker's limit it is a dead letter.
            if (!cancellationToken.IsCancellationRequested)
            {
                LogHandlerFailed(exception, message.MessageId, _options.Queue.Name);
            }

            // The text stays in the log: it may quote what the message holds.
            activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            verdict = MessageVerdict.Requeue;
        }

        await AnswerAsync(channel, delivery.DeliveryTag, verdict);
    }

    private async Task AnswerAsync(IChannel channel, ulong tag, MessageVerdict verdict)
    {
        try
        {
            if (verdict == MessageVerdict.Ack)
            {
                await channel.BasicAckAsync(tag, multiple: false);
            }
            else
            {
                await channel.BasicNackAsync(tag, multiple: false, requeue: verdict == MessageVerdict.Requeue);
            }
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or ObjectDisposedException)
        {
            // The channel is gone and with it the delivery: the broker gives the message to the next consumer.
            LogAnswerLost(exception, _options.Queue.Name);
        }
    }

    private static IncomingMessage Read(BasicDeliverEventArgs delivery) => new()
    {
        MessageId = delivery.BasicProperties.MessageId ?? "",
        Type = delivery.BasicProperties.Type ?? "",
        RoutingKey = delivery.RoutingKey,
        ProjectId = Header(delivery.BasicProperties, "project"),
        CorrelationId = delivery.BasicProperties.CorrelationId ?? "",
        TraceParent = Header(delivery.BasicProperties, "traceparent"),
        IsRedelivered = delivery.Redelivered,
        Body = delivery.Body,
    };

    internal static string Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out object? value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, null => "", _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" }
            : "";

    [LoggerMessage(163, LogLevel.Error, "Handling message {MessageId} of {Queue} failed; it is delivered again.")]
    private partial void LogHandlerFailed(Exception exception, string messageId, string queue);

    [LoggerMessage(167, LogLevel.Error, "Message {MessageId} ({Type}) of {Queue} has schema version {Version}, this program reads {Known}; it is a dead letter (MESSAGE_SCHEMA_UNKNOWN).")]
    private partial void LogSchemaUnknown(string messageId, string type, string queue, string version, int known);

    [LoggerMessage(164, LogLevel.Information, "An answer to {Queue} was lost with its channel; the message comes again.")]
    private partial void LogAnswerLost(Exception exception, string queue);
}
