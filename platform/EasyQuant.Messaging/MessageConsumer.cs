using System.Diagnostics;
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
    private const int SilentCountMax = 5;

    private readonly BrokerConnection _connection;
    private readonly ConsumerOptions _options;
    private readonly BrokerOptions _broker;
    private readonly MessageHandler _handler;
    private readonly ILogger<MessageConsumer> _logger;
    private int _silentCount;

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
    }

    /// <summary>Whether the broker delivers to this consumer at the moment.</summary>
    public bool IsConsuming { get; private set; }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _connection.DisposeAsync();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(100);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ConsumeUntilBrokenAsync(stoppingToken);
                delay = TimeSpan.FromMilliseconds(100);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: whatever happened to the broker, the consumer comes back.
                LogRebuild(exception, _options.Queue.Name);
            }

            IsConsuming = false;
            await Task.Delay(delay * (0.75 + (Random.Shared.NextDouble() / 2)), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < _broker.ReconnectDelayMax ? delay * 2 : _broker.ReconnectDelayMax;
        }
    }

    private async Task ConsumeUntilBrokenAsync(CancellationToken stoppingToken)
    {
        IConnection connection = await _connection.GetAsync(stoppingToken);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var broken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var options = new CreateChannelOptions(
                publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: _options.ConcurrencyMax);
            IChannel channel = await connection.CreateChannelAsync(options, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken);
            await ReplaceSilentQueueAsync(channel, stoppingToken);
            _silentCount++;
            channel.ChannelShutdownAsync += (_, arguments) => Signal(broken, arguments.ReplyText);
            await DeclareAsync(channel, stoppingToken);
            await channel.BasicQosAsync(0, _options.PrefetchMax, global: false, stoppingToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) => HandleAsync(channel, delivery, lost.Token);
            // The broker cancels a consumer whose queue was deleted; the channel stays open.
            consumer.UnregisteredAsync += (_, _) => Signal(broken, "cancelled by the broker");
            consumer.ShutdownAsync += (_, arguments) => Signal(broken, arguments.ReplyText);
            string tag = await channel.BasicConsumeAsync(_options.Queue.Name, autoAck: false, consumer, stoppingToken)
                .WaitAsync(_broker.CommandTimeout, stoppingToken);
            _silentCount = 0;
            IsConsuming = true;
            LogConsuming(_options.Queue.Name, tag);
            await WatchAsync(connection, channel, broken.Task, stoppingToken);
        }
        finally
        {
            IsConsuming = false;
            await lost.CancelAsync();
            _connection.Abandon(connection);
        }
    }

    // A broker that is killed right after a quorum queue was declared knows the queue but cannot start it, for good. The hints in
    // the run queue are worth nothing, so a new one takes its place; any other queue is left to a person.
    private async Task ReplaceSilentQueueAsync(IChannel channel, CancellationToken cancellationToken)
    {
        if (_silentCount < SilentCountMax)
        {
            return;
        }

        LogSilent(_options.Queue.Name, _silentCount);
        if (_options.Queue.Name == Topology.RunQueue)
        {
            await channel.QueueDeleteAsync(_options.Queue.Name, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken)
                .WaitAsync(_broker.CommandTimeout, cancellationToken);
            _silentCount = 0;
        }
    }

    private async Task WatchAsync(IConnection connection, IChannel channel, Task<string> broken, CancellationToken stoppingToken)
    {
        while (true)
        {
            Task done = await Task.WhenAny(broken, Task.Delay(_options.WatchdogInterval, stoppingToken));
            stoppingToken.ThrowIfCancellationRequested();
            if (done == broken)
            {
                LogBroken(_options.Queue.Name, await broken);
                return;
            }

            if (!channel.IsOpen || !connection.IsOpen)
            {
                LogBroken(_options.Queue.Name, "closed");
                return;
            }

            // A frozen broker keeps the socket; only a question finds out. The other channel keeps deliveries apart from it.
            await using IChannel probe = await connection.CreateChannelAsync(null, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken);
            uint consumers = (await probe.QueueDeclarePassiveAsync(_options.Queue.Name, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken)).ConsumerCount;
            if (consumers == 0)
            {
                LogBroken(_options.Queue.Name, "the broker knows no consumer");
                return;
            }
        }
    }

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
        activity?.SetTag("messaging.system", "rabbitmq");
        activity?.SetTag("messaging.message.id", message.MessageId);
        activity?.SetTag("messaging.message.conversation_id", message.CorrelationId);
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

            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
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
        ProjectId = Header(delivery, "project"),
        CorrelationId = delivery.BasicProperties.CorrelationId ?? "",
        TraceParent = Header(delivery, "traceparent"),
        IsRedelivered = delivery.Redelivered,
        Body = delivery.Body,
    };

    private static string Header(BasicDeliverEventArgs delivery, string name) =>
        delivery.BasicProperties.Headers is { } headers && headers.TryGetValue(name, out object? value)
            ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => "" }
            : "";

    private static Task Signal(TaskCompletionSource<string> broken, string cause)
    {
        broken.TrySetResult(cause);
        return Task.CompletedTask;
    }

    [LoggerMessage(160, LogLevel.Information, "Consuming {Queue} as {Tag}.")]
    private partial void LogConsuming(string queue, string tag);

    [LoggerMessage(161, LogLevel.Warning, "The consumer of {Queue} was lost ({Cause}); it is rebuilt.")]
    private partial void LogBroken(string queue, string cause);

    [LoggerMessage(162, LogLevel.Warning, "The consumer of {Queue} cannot be built yet; it is tried again.")]
    private partial void LogRebuild(Exception exception, string queue);

    [LoggerMessage(163, LogLevel.Error, "Handling message {MessageId} of {Queue} failed; it is delivered again.")]
    private partial void LogHandlerFailed(Exception exception, string messageId, string queue);

    [LoggerMessage(165, LogLevel.Error, "The queue {Queue} did not answer {AttemptCount} attempts to consume it. The run queue is replaced; delete any other queue with rabbitmqctl when this goes on.")]
    private partial void LogSilent(string queue, int attemptCount);

    [LoggerMessage(164, LogLevel.Information, "An answer to {Queue} was lost with its channel; the message comes again.")]
    private partial void LogAnswerLost(Exception exception, string queue);
}
