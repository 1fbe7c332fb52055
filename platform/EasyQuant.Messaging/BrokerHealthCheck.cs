using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace EasyQuant.Messaging;

/// <summary>
/// Healthy while the broker takes messages: it sends one that goes nowhere and waits for its confirm. A connection that is open is not enough: while memory or disk
/// are short, or when it stands still, the broker takes nothing. Has a connection of its own. Thread-safe.
/// </summary>
public sealed class BrokerHealthCheck : IHealthCheck, IAsyncDisposable
{
    private const string NoQueue = "easyquant.health";
    private static readonly TimeSpan s_confirmMax = TimeSpan.FromSeconds(2);
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly BrokerConnection _connection;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private IConnection? _open;
    private IChannel? _channel;
    private Task? _probe;

    /// <summary>Creates the check; it connects when it is first asked.</summary>
    /// <param name="factory">Where the broker is.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock of the wait.</param>
    public BrokerHealthCheck(IConnectionFactory factory, BrokerOptions options, TimeProvider time)
    {
        _connection = new BrokerConnection(factory, "health", options);
        _time = time;
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await OpenAsync(cancellationToken);
            if (!_connection.IsBlocked)
            {
                // One that has no answer yet is not sent again.
                _probe = _probe is { IsCompleted: false } waiting ? waiting : SendAsync(_channel!);
                await _probe.WaitAsync(s_confirmMax, _time, cancellationToken);
                return HealthCheckResult.Healthy();
            }
        }
        catch (TimeoutException) when (_probe is { IsCompleted: false })
        {
            // Said below.
        }
        catch (Exception e) when (MessagePublisher.IsFaultOfBroker(e) && !cancellationToken.IsCancellationRequested)
        {
            Drop();
            return new HealthCheckResult(context.Registration.FailureStatus, $"The broker cannot be reached: {MessagePublisher.CauseOf(e)}");
        }
        finally
        {
            _gate.Release();
        }

        return new HealthCheckResult(
            context.Registration.FailureStatus,
            _connection.IsBlocked ? "The broker takes no messages: its memory or disk is short." : $"The broker has not confirmed a message within {s_confirmMax.TotalSeconds:0} s.");
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _gate.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        IConnection connection = await _connection.GetAsync(cancellationToken);
        if (!ReferenceEquals(connection, _open) || _channel is not { IsOpen: true })
        {
            _probe = null;
            _channel = await connection.CreateChannelAsync(s_confirmed, cancellationToken);
            _open = connection;
        }
    }

    private static async Task SendAsync(IChannel channel) => await channel.BasicPublishAsync("", NoQueue, ReadOnlyMemory<byte>.Empty);

    private void Drop()
    {
        if (_open is { } connection)
        {
            _connection.Abandon(connection);
        }

        (_open, _channel, _probe) = (null, null, null);
    }
}
