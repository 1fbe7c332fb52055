using System.Diagnostics;
using EasyQuant.Messaging.Chunks;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>Publishes to one topic with confirms over a channel of its own, which is opened anew after it broke.</summary>
internal sealed partial class RabbitMqTopicProducer : ITopicProducer
{
    private readonly BrokerConnection _connection;
    private readonly TopicDefinition _topic;
    private readonly TopicProducerOptions _options;
    private readonly BrokerOptions _broker;
    private readonly TimeProvider _time;
    private readonly ILogger<RabbitMqTopicProducer> _logger;
    private readonly SemaphoreSlim _window;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _closed = new();
    private Session? _session;

    public RabbitMqTopicProducer(
        BrokerConnection connection, TopicDefinition topic, TopicProducerOptions options, BrokerOptions broker, TimeProvider time, ILogger<RabbitMqTopicProducer> logger)
    {
        _connection = connection;
        _topic = topic;
        _options = options;
        _broker = broker;
        _time = time;
        _logger = logger;
        _window = new SemaphoreSlim(options.WindowMax, options.WindowMax);
    }

    public string Topic => _topic.Name;

    /// <summary>Opens the channel, so that the first sends do not wait for it and then go out in any order. A fault is left to the next send.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenSessionAsync(cancellationToken);
        }
        catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) && !cancellationToken.IsCancellationRequested)
        {
            LogFailed(Topic, MessagePublisher.CauseOf(exception));
        }
    }

    public async Task<SendOutcome> SendAsync(Chunk chunk, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        await _window.WaitAsync(cancellationToken);
        try
        {
            using Activity? span = TopicSpans.StartSend(RabbitMqTopicTransport.KindName, Topic, chunk, _options);
            SendOutcome outcome = await SendOneAsync(chunk, span, cancellationToken);
            span.End(outcome);
            return outcome;
        }
        finally
        {
            _window.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        if (Interlocked.Exchange(ref _session, null) is { } session)
        {
            await BrokerConnection.CloseQuietlyAsync(session.Channel);
        }
    }

    private async Task<SendOutcome> SendOneAsync(Chunk chunk, Activity? span, CancellationToken cancellationToken)
    {
        Session? session = null;
        try
        {
            session = _session is { Channel.IsOpen: true } open ? open : await OpenSessionAsync(cancellationToken);
            if (_connection.IsBlocked && !await IsUnblockedInTimeAsync(cancellationToken))
            {
                return SendOutcome.Refused;
            }

            span?.SetTag("server.address", session.Connection.Endpoint.HostName).SetTag("server.port", session.Connection.Endpoint.Port);
            // No token: the client library may have sent the message when it reports a cancellation.
            Task publish = session.Channel.BasicPublishAsync(
                Topology.DataExchange, _topic.Name, mandatory: true, Properties(chunk, span), ChunkWire.Write(_topic.Name, chunk), CancellationToken.None).AsTask();
            await (publish.IsCompleted ? publish : WaitAsync(publish, cancellationToken));
            return SendOutcome.Confirmed;
        }
        catch (PublishException exception)
        {
            return exception.IsReturn ? SendOutcome.Unroutable : SendOutcome.Refused;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || _closed.IsCancellationRequested)
        {
            return SendOutcome.Unknown;
        }
        catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) || exception is InvalidOperationException)
        {
            LogFailed(Topic, MessagePublisher.CauseOf(exception));
            Drop(session);
            return SendOutcome.Unknown;
        }
    }

    private async Task WaitAsync(Task publish, CancellationToken cancellationToken)
    {
        try
        {
            await publish.WaitAsync(_broker.ConfirmTimeout, cancellationToken);
        }
        catch (Exception) when (!publish.IsCompleted)
        {
            // It ends when its channel does, and nobody is there to see it fail.
            _ = publish.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<bool> IsUnblockedInTimeAsync(CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        while (_connection.IsBlocked)
        {
            if (_time.GetElapsedTime(start) > _broker.ConfirmTimeout)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), _time, cancellationToken);
        }

        return true;
    }

    private BasicProperties Properties(Chunk chunk, Activity? activity)
    {
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = chunk.Key.ToMessageId(),
            Type = ChunkWire.TypeName,
            ContentType = ChunkWire.ContentType,
            Timestamp = new AmqpTimestamp(_time.GetUtcNow().ToUnixTimeSeconds()),
            Headers = new Dictionary<string, object?> { ["project"] = _options.ProjectId, [MessageSchema.Header] = MessageSchema.Version },
        };
        if (_options.RunId.Length > 0)
        {
            properties.CorrelationId = _options.RunId;
        }

        if ((activity?.Id ?? Activity.Current?.Id) is { } traceParent)
        {
            properties.Headers["traceparent"] = traceParent;
        }

        return properties;
    }

    private async Task<Session> OpenSessionAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closed.Token);
        deadline.CancelAfter(_broker.CommandTimeout * 2);
        await _gate.WaitAsync(deadline.Token);
        try
        {
            if (_session is { Channel.IsOpen: true } other)
            {
                return other;
            }

            IConnection connection = await _connection.GetAsync(deadline.Token);
            try
            {
                // Own window instead of the library's rate limiter, which fails publishes when it is full.
                var options = new CreateChannelOptions(
                    publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);
                IChannel channel = await connection.CreateChannelAsync(options, deadline.Token).WaitAsync(_broker.CommandTimeout, deadline.Token);
                await Topology.DeclareForDataAsync(channel, deadline.Token).WaitAsync(_broker.CommandTimeout, deadline.Token);
                return _session = new Session(connection, channel);
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

    // A channel that went away alone leaves the connection to the other producers; a silent broker takes all with it.
    private void Drop(Session? session)
    {
        if (session is null)
        {
            return;
        }

        Interlocked.CompareExchange(ref _session, null, session);
        if (session.Channel.IsOpen || !session.Connection.IsOpen)
        {
            _connection.Abandon(session.Connection);
        }
    }

    [LoggerMessage(170, LogLevel.Warning, "A chunk for topic {Topic} was not confirmed in time ({Cause}); its outcome is unknown.")]
    private partial void LogFailed(string topic, string cause);

    private sealed record Session(IConnection Connection, IChannel Channel);
}
