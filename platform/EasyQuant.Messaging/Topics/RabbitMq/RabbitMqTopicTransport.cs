using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>
/// Topics on RabbitMQ: each group has its own quorum queue <c>data.{topic}.{group}</c>, bounded, reject-publish, with a delivery limit; what it
/// gives up waits in <c>dead.{topic}.{group}</c>, which the consumers of the group read as well. One connection publishes for all producers; each consumer has its own.
/// </summary>
public sealed class RabbitMqTopicTransport : ITopicTransport
{
    /// <summary>The name in definitions.</summary>
    public const string KindName = "rabbitmq";

    // For a process of the broker that begins when a queue gets its leader; the broker tells nobody when it is done.
    private static readonly TimeSpan s_leaderTime = TimeSpan.FromMilliseconds(500);

    private readonly IConnectionFactory _factory;
    private readonly BrokerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<RabbitMqTopicTransport> _logger;
    private readonly BrokerConnection _publishing;

    /// <summary>Creates the transport; connects at the first use.</summary>
    /// <param name="factory">Where the broker is; a <see cref="ConnectionFactory"/>.</param>
    /// <param name="options">Bounds towards the broker.</param>
    /// <param name="time">Clock of the message timestamps.</param>
    /// <param name="loggers">Log.</param>
    /// <exception cref="ArgumentException">The factory is of another class.</exception>
    public RabbitMqTopicTransport(IConnectionFactory factory, BrokerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        _factory = factory;
        _options = options;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RabbitMqTopicTransport>();
        _publishing = new BrokerConnection(factory, "publish topics", options);
    }

    /// <inheritdoc />
    public string Kind => KindName;

    /// <inheritdoc />
    public async Task DeclareAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        await OnChannelAsync(
            topic,
            async (channel, token) =>
            {
                await Topology.DeclareForDataAsync(channel, token);
                IConnection connection = await _publishing.GetAsync(token);
                foreach (string group in topic.Groups)
                {
                    await RabbitMqTopicQueue.EnsureAsync(connection, channel, topic, group, _options, _logger, token);
                }

                return 0;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task DeleteAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        if (await OnConnectionAsync(topic, (connection, token) => AwaitLeadersAsync(connection, topic, token), cancellationToken))
        {
            await Task.Delay(s_leaderTime, _time, cancellationToken);
        }

        await OnChannelAsync(
            topic,
            async (channel, token) =>
            {
                IChannel marks = await (await _publishing.GetAsync(token)).CreateChannelAsync(null, token);
                try
                {
                    foreach (string group in topic.Groups)
                    {
                        await RabbitMqTopicQueue.DeleteAsync(channel, marks, topic, group, token);
                    }
                }
                finally
                {
                    _ = BrokerConnection.CloseQuietlyAsync(marks);
                }

                return 0;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TopicDepth>> GetDepthsAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        return await OnChannelAsync(
            topic,
            async (channel, token) =>
            {
                var depths = new List<TopicDepth>();
                foreach (string group in topic.Groups)
                {
                    QueueDeclareOk found = await channel.QueueDeclarePassiveAsync(RabbitMqTopicQueue.NameOf(topic, group), token);
                    depths.Add(new TopicDepth(group, found.MessageCount, found.ConsumerCount));
                }

                return depths;
            },
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<ITopicProducer> OpenProducerAsync(TopicDefinition topic, TopicProducerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        await DeclareAsync(topic, cancellationToken);
        var producer = new RabbitMqTopicProducer(_publishing, topic, options, _options, _time, _loggers.CreateLogger<RabbitMqTopicProducer>());
        await producer.ConnectAsync(cancellationToken);
        return producer;
    }

    /// <inheritdoc />
    public async Task<ITopicConsumer> OpenConsumerAsync(TopicDefinition topic, string group, TopicConsumerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        await DeclareAsync(topic, cancellationToken);
        // Whatever made the consumer's connection fall silent may have met this one, which is used rarely.
        return new RabbitMqTopicConsumer(
            _factory, topic, topic.ValidateGroup(group), options, _options, () => _ = _publishing.ProbeAsync(), _loggers.CreateLogger<RabbitMqTopicConsumer>());
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _publishing.DisposeAsync();

    private async Task<bool> AwaitLeadersAsync(IConnection connection, TopicDefinition topic, CancellationToken cancellationToken)
    {
        bool[] answers = await Task.WhenAll(topic.Groups.Select(group => RabbitMqTopicQueue.AwaitLeadersAsync(connection, topic, group, _options, cancellationToken)));
        return answers.Contains(true);
    }

    private Task<T> OnChannelAsync<T>(TopicDefinition topic, Func<IChannel, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        OnConnectionAsync(topic, (connection, token) => OnChannelOfAsync(connection, work, token), cancellationToken);

    private async Task<T> OnConnectionAsync<T>(TopicDefinition topic, Func<IConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(await _publishing.GetAsync(cancellationToken), cancellationToken);
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            throw new TopicException(
                TopicException.Conflict,
                $"Topic {topic.Name} exists on the broker with other settings, which cannot be changed; delete it or take another name. The broker says: {exception.ShutdownReason.ReplyText}",
                exception);
        }
        catch (Exception exception) when (MessagePublisher.IsFaultOfBroker(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new TopicException(TopicException.BrokerUnavailable, $"RabbitMQ cannot be used for topic {topic.Name}: {exception.Message}", exception);
        }
    }

    private async Task<T> OnChannelOfAsync<T>(IConnection connection, Func<IChannel, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        IChannel? channel = null;
        bool isDone = false;
        try
        {
            channel = await connection.CreateChannelAsync(null, cancellationToken).WaitAsync(_options.CommandTimeout, cancellationToken);
            T result = await work(channel, cancellationToken).WaitAsync(_options.CommandTimeout * 4, cancellationToken);
            isDone = true;
            return result;
        }
        catch (Exception exception) when (IsSilence(exception) && !cancellationToken.IsCancellationRequested)
        {
            // It may be half-open, and its heartbeats take long to find that: the next call must not wait for the same silence.
            _publishing.Abandon(connection);
            throw;
        }
        finally
        {
            if (channel is not null)
            {
                Task closing = BrokerConnection.CloseQuietlyAsync(channel);
                await (isDone ? closing : Task.CompletedTask);
            }
        }
    }

    // The client library ends a command that is not answered with either.
    private static bool IsSilence(Exception exception) => exception is TimeoutException or OperationCanceledException;
}
