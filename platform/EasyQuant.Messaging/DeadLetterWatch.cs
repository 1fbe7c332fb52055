using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging;

/// <summary>
/// Tells an operator what lies in <see cref="Topology.DeadQueue"/>: messages that nobody could handle and that belong to no stream any more. The gauge
/// <c>easyquant.broker.dead_letters</c> shows how many there are; a warning comes when more came. Reads nothing and takes nothing away.
/// </summary>
public sealed partial class DeadLetterWatch : BackgroundService
{
    /// <summary>Name of the gauge.</summary>
    public const string GaugeName = "easyquant.broker.dead_letters";

    private static readonly Meter s_meter = new("EasyQuant.Messaging");
    private static readonly Gauge<long> s_waiting = s_meter.CreateGauge<long>(GaugeName, "{message}", "Messages in the queue of dead letters.");

    private readonly BrokerConnection _connection;
    private readonly BrokerOptions _broker;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<DeadLetterWatch> _logger;

    /// <summary>Creates the watch; it starts with its host.</summary>
    /// <param name="factory">Where the broker is.</param>
    /// <param name="broker">Bounds towards the broker.</param>
    /// <param name="interval">Time between two looks, above zero; 30 s are usual.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="logger">Log.</param>
    public DeadLetterWatch(IConnectionFactory factory, BrokerOptions broker, TimeSpan interval, TimeProvider time, ILogger<DeadLetterWatch> logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        _connection = new BrokerConnection(factory, "watch dead letters", broker);
        _broker = broker;
        _interval = interval;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await _connection.DisposeAsync();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long known = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                long waiting = await CountAsync(stoppingToken);
                s_waiting.Record(waiting);
                if (waiting > known)
                {
                    LogMore(Topology.DeadQueue, waiting, waiting - known);
                }

                known = waiting;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception))
            {
                // Whoever uses the broker says so louder; the next look tells.
                LogFailed(Topology.DeadQueue, MessagePublisher.CauseOf(exception));
            }

            await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        IConnection connection = await _connection.GetAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(null, cancellationToken).WaitAsync(_broker.CommandTimeout, cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(Topology.DeadQueue, cancellationToken).WaitAsync(_broker.CommandTimeout, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    [LoggerMessage(174, LogLevel.Warning, "The queue {Queue} holds {WaitingCount} messages that nobody could handle, {MoreCount} more than before; docs/operations/queues.md says what to do.")]
    private partial void LogMore(string queue, long waitingCount, long moreCount);

    [LoggerMessage(175, LogLevel.Information, "The queue {Queue} cannot be looked at ({Cause}).")]
    private partial void LogFailed(string queue, string cause);
}
