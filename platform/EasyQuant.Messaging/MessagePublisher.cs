using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging;

/// <summary>
/// Publishes persistent messages with publisher confirms, pipelined, in the order of the call. Every call ends within the
/// confirm time-out plus the time to connect (10 s at most), whatever the broker does. Thread-safe.
/// </summary>
public sealed partial class MessagePublisher : IAsyncDisposable
{
    /// <summary>Source of the activities "publish &lt;routing key&gt;".</summary>
    public const string ActivitySourceName = "EasyQuant.Messaging";

    internal static readonly ActivitySource Source = new(ActivitySourceName);

    private readonly BrokerConnection _connection;
    private readonly BrokerOptions _options;
    private readonly ILogger<MessagePublisher> _logger;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Session? _session;

    /// <summary>Creates the publisher with a connection of its own, opened at the first publish.</summary>
    /// <param name="factory">Where the broker is.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">Clock of the message timestamps.</param>
    /// <param name="logger">Log.</param>
    public MessagePublisher(IConnectionFactory factory, BrokerOptions options, TimeProvider time, ILogger<MessagePublisher> logger)
    {
        _connection = new BrokerConnection(factory, "publish", options);
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Publishes one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait; the outcome is then unknown.</param>
    /// <returns>What became of it.</returns>
    public async Task<PublishOutcome> PublishAsync(OutgoingMessage message, CancellationToken cancellationToken) =>
        (await PublishAsync([message], cancellationToken))[0];

    /// <summary>Publishes messages in order, pipelined.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Ends the wait; outcomes not yet known are then unknown.</param>
    /// <returns>What became of each, in the same order. Never throws for a fault of the broker.</returns>
    public async Task<IReadOnlyList<PublishOutcome>> PublishAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var outcomes = new PublishOutcome[messages.Count];
        Array.Fill(outcomes, PublishOutcome.Unknown);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.CommandTimeout + _options.ConfirmTimeout);
        Session? session = null;
        try
        {
            session = await GetSessionAsync(deadline.Token);
            var tasks = new Task<PublishOutcome>[messages.Count];
            for (int i = 0; i < tasks.Length; i++)
            {
                await session.Window.WaitAsync(deadline.Token);
                tasks[i] = PublishOneAsync(session, messages[i]);
            }

            try
            {
                await Task.WhenAll(tasks).WaitAsync(_options.ConfirmTimeout, deadline.Token);
            }
            finally
            {
                for (int i = 0; i < tasks.Length; i++)
                {
                    outcomes[i] = tasks[i].IsCompletedSuccessfully ? tasks[i].Result : PublishOutcome.Unknown;
                }
            }
        }
        catch (Exception exception) when (IsFaultOfBroker(exception))
        {
            if (session is null)
            {
                LogUnreachable(messages.Count, CauseOf(exception));
                Array.Fill(outcomes, PublishOutcome.Unsent);
            }
            else
            {
                LogPublishFailed(messages.Count, CauseOf(exception));
                Drop(session);
            }
        }

        return outcomes;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _gate.Dispose();
    }

    internal static bool IsFaultOfBroker(Exception exception) =>
        exception is TimeoutException or OperationCanceledException or IOException
            or RabbitMQClientException or ObjectDisposedException or System.Net.Sockets.SocketException;

    /// <summary>What a log says of a fault of the broker: it comes many times a second while the broker is away, and its place in the code tells nothing.</summary>
    internal static string CauseOf(Exception exception) => exception.GetBaseException().Message;

    private static Activity? StartActivity(OutgoingMessage message) =>
        ActivityContext.TryParse(message.TraceParent, null, isRemote: true, out ActivityContext parent)
            ? Source.StartActivity($"publish {message.RoutingKey}", ActivityKind.Producer, parent)
            : null;

    private async Task<PublishOutcome> PublishOneAsync(Session session, OutgoingMessage message)
    {
        using Activity? activity = StartActivity(message);
        activity?.SetTag("messaging.system", "rabbitmq").SetTag("messaging.operation.name", "publish").SetTag("messaging.operation.type", "send")
            .SetTag("messaging.destination.name", message.Exchange).SetTag("messaging.rabbitmq.destination.routing_key", message.RoutingKey)
            .SetTag("messaging.message.id", message.MessageId.ToString())
            .SetTag("server.address", session.Connection.Endpoint.HostName).SetTag("server.port", session.Connection.Endpoint.Port);
        if (message.CorrelationId.Length > 0)
        {
            activity?.SetTag("messaging.message.conversation_id", message.CorrelationId);
        }

        BasicProperties properties = Properties(message, activity);
        try
        {
            // No token: the client library may have sent the message when it reports a cancellation.
            await session.Channel.BasicPublishAsync(
                message.Exchange, message.RoutingKey, message.IsMandatory, properties, message.Body, CancellationToken.None);
            return PublishOutcome.Confirmed;
        }
        catch (PublishException exception)
        {
            activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            return exception.IsReturn ? PublishOutcome.Unroutable : PublishOutcome.Refused;
        }
        catch (Exception exception) when (IsFaultOfBroker(exception) || exception is InvalidOperationException)
        {
            activity?.SetTag("error.type", exception.GetType().FullName).SetStatus(ActivityStatusCode.Error);
            return PublishOutcome.Unknown;
        }
        finally
        {
            session.Window.Release();
        }
    }

    private BasicProperties Properties(OutgoingMessage message, Activity? activity)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = message.MessageId.ToString(),
            Type = message.Type,
            ContentType = "application/x-protobuf",
            Timestamp = new AmqpTimestamp(_time.GetUtcNow().ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?> { ["project"] = message.ProjectId, [MessageSchema.Header] = MessageSchema.Version },
        };
        if (message.CorrelationId.Length > 0)
        {
            properties.CorrelationId = message.CorrelationId;
        }

        // The client library writes this header only when somebody listens to its activities.
        string? traceParent = activity?.Id ?? (message.TraceParent.Length > 0 ? message.TraceParent : Activity.Current?.Id);
        if (traceParent is not null)
        {
            properties.Headers["traceparent"] = traceParent;
        }

        return properties;
    }

    private async Task<Session> GetSessionAsync(CancellationToken cancellationToken)
    {
        if (_session is { Channel.IsOpen: true } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_session is { Channel.IsOpen: true } other)
            {
                return other;
            }

            IConnection connection = await _connection.GetAsync(cancellationToken);
            try
            {
                return _session = new Session(connection, await OpenChannelAsync(connection, cancellationToken), _options.WindowMax);
            }
            catch (Exception)
            {
                _connection.Abandon(connection);
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IChannel> OpenChannelAsync(IConnection connection, CancellationToken cancellationToken)
    {
        // Own window instead of the library's rate limiter, which fails publishes when it is full.
        var options = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);
        IChannel channel = await connection.CreateChannelAsync(options, cancellationToken).WaitAsync(_options.CommandTimeout, cancellationToken);
        await Topology.DeclareAsync(channel, cancellationToken).WaitAsync(_options.CommandTimeout, cancellationToken);
        return channel;
    }

    private void Drop(Session session)
    {
        Interlocked.CompareExchange(ref _session, null, session);
        _connection.Abandon(session.Connection);
    }

    [LoggerMessage(150, LogLevel.Warning, "Publishing {MessageCount} messages was not confirmed in time ({Cause}); their outcome is unknown.")]
    private partial void LogPublishFailed(int messageCount, string cause);

    [LoggerMessage(151, LogLevel.Warning, "{MessageCount} messages could not be sent: the broker cannot be reached ({Cause}).")]
    private partial void LogUnreachable(int messageCount, string cause);

    // The window belongs to the session: publishes that a dead channel never ends take no room in the next one.
    private sealed class Session(IConnection connection, IChannel channel, int windowMax)
    {
        public IConnection Connection { get; } = connection;

        public IChannel Channel { get; } = channel;

        public SemaphoreSlim Window { get; } = new(windowMax, windowMax);
    }
}
