using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace EasyQuant.Messaging;

/// <summary>
/// Keeps one consumer on one queue alive: a watchdog rebuilds connection, queue and consumer after the broker died, the channel was closed or the queue was deleted.
/// </summary>
internal sealed partial class ConsumerLoop(
    BrokerConnection connection, ConsumerLoopSettings settings, BrokerOptions broker, Func<IChannel, BasicDeliverEventArgs, CancellationToken, Task> onDelivery, ILogger logger)
{
    private const int SilentCountMax = 5;

    private readonly BrokerConnection _connection = connection;
    private readonly ConsumerLoopSettings _settings = settings;
    private readonly BrokerOptions _broker = broker;
    private readonly Func<IChannel, BasicDeliverEventArgs, CancellationToken, Task> _onDelivery = onDelivery;
    private readonly ILogger _logger = logger;
    private int _silentCount;

    /// <summary>Whether the broker delivers at the moment.</summary>
    public bool IsConsuming { get; private set; }

    /// <summary>Consumes until cancelled, whatever happens to the broker.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
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
            catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception))
            {
                LogUnreachable(_settings.Queue, MessagePublisher.CauseOf(exception));
                if (exception is TimeoutException or OperationCanceledException)
                {
                    _settings.OnSilence();
                }
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: whatever happened to the broker, the consumer comes back.
                LogRebuild(exception, _settings.Queue);
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
                publisherConfirmationsEnabled: false, publisherConfirmationTrackingEnabled: false, consumerDispatchConcurrency: _settings.ConcurrencyMax);
            IChannel channel = await connection.CreateChannelAsync(options, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken);
            await ReplaceSilentQueueAsync(channel, stoppingToken);
            _silentCount++;
            channel.ChannelShutdownAsync += (_, arguments) => Signal(broken, arguments.ReplyText);
            await _settings.Declare(channel, stoppingToken).WaitAsync(_broker.CommandTimeout * 2, stoppingToken);
            await channel.BasicQosAsync(0, _settings.PrefetchMax, global: false, stoppingToken);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += (_, delivery) => _onDelivery(channel, delivery, lost.Token);
            // The broker cancels a consumer whose queue was deleted; the channel stays open.
            consumer.UnregisteredAsync += (_, _) => Signal(broken, "cancelled by the broker");
            consumer.ShutdownAsync += (_, arguments) => Signal(broken, arguments.ReplyText);
            string tag = await channel.BasicConsumeAsync(_settings.Queue, autoAck: false, consumer, stoppingToken)
                .WaitAsync(_broker.CommandTimeout, stoppingToken);
            _silentCount = 0;
            IsConsuming = true;
            LogConsuming(_settings.Queue, tag);
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
    // the run queue are worth nothing, so a new one takes its place. A topic looks for that before its first message, see RabbitMqTopicQueue; any other
    // queue is left to a person.
    private async Task ReplaceSilentQueueAsync(IChannel channel, CancellationToken cancellationToken)
    {
        if (_silentCount < SilentCountMax)
        {
            return;
        }

        LogSilent(_settings.Queue, _silentCount);
        if (_settings.IsReplaceable)
        {
            await channel.QueueDeleteAsync(_settings.Queue, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken)
                .WaitAsync(_broker.CommandTimeout, cancellationToken);
            _silentCount = 0;
        }
    }

    private async Task WatchAsync(IConnection connection, IChannel channel, Task<string> broken, CancellationToken stoppingToken)
    {
        while (true)
        {
            Task done = await Task.WhenAny(broken, Task.Delay(_broker.WatchdogInterval, stoppingToken));
            stoppingToken.ThrowIfCancellationRequested();
            if (done == broken)
            {
                LogBroken(_settings.Queue, await broken);
                return;
            }

            if (!channel.IsOpen || !connection.IsOpen)
            {
                LogBroken(_settings.Queue, "closed");
                return;
            }

            // A frozen broker keeps the socket; only a question finds out. The other channel keeps deliveries apart from it.
            await using IChannel probe = await connection.CreateChannelAsync(null, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken);
            uint consumers = (await probe.QueueDeclarePassiveAsync(_settings.Queue, stoppingToken).WaitAsync(_broker.CommandTimeout, stoppingToken)).ConsumerCount;
            if (consumers == 0)
            {
                LogBroken(_settings.Queue, "the broker knows no consumer");
                return;
            }
        }
    }

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

    [LoggerMessage(166, LogLevel.Warning, "The consumer of {Queue} cannot be built yet ({Cause}); it is tried again.")]
    private partial void LogUnreachable(string queue, string cause);

    [LoggerMessage(165, LogLevel.Error, "The queue {Queue} did not answer {AttemptCount} attempts to consume it. The run queue is replaced; delete any other queue with rabbitmqctl when this goes on.")]
    private partial void LogSilent(string queue, int attemptCount);
}
