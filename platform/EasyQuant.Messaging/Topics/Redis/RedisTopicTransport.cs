using System.Globalization;
using StackExchange.Redis;

namespace EasyQuant.Messaging.Topics.Redis;

/// <summary>
/// Topics on Redis Streams, Redis 7.0 or later: each group has its own stream, bounded by refusing and never by dropping; chunks of dead members are claimed by the living.
/// What is confirmed is as durable as the server writes: <c>appendfsync always</c> for a promise like that of RabbitMQ's quorum queues.
/// </summary>
public sealed class RedisTopicTransport : ITopicTransport
{
    /// <summary>The name in definitions.</summary>
    public const string KindName = "redis";

    private readonly ConfigurationOptions _configuration;
    private readonly BrokerOptions _options;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ConnectionMultiplexer? _publishing;
    private ConnectionMultiplexer? _consuming;

    /// <summary>Creates the transport; connects at the first use.</summary>
    /// <param name="connectionString">Where Redis is, in the form of StackExchange.Redis: <c>127.0.0.1:6379,password=...</c>.</param>
    /// <param name="options">Bounds towards the broker.</param>
    /// <exception cref="ArgumentException">The connection string is malformed.</exception>
    public RedisTopicTransport(string connectionString, BrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _configuration = ConfigurationOptions.Parse(connectionString);
        _configuration.AbortOnConnectFail = true;
        _configuration.ConnectTimeout = (int)options.CommandTimeout.TotalMilliseconds;
        _configuration.AsyncTimeout = (int)options.ConfirmTimeout.TotalMilliseconds;
    }

    /// <inheritdoc />
    public string Kind => KindName;

    /// <summary>How long a member waits for news of chunks before it looks by itself.</summary>
    internal TimeSpan Look { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether a text is a connection string that names a server.</summary>
    /// <param name="connectionString">In the form of StackExchange.Redis.</param>
    public static bool IsAddress(string connectionString)
    {
        try
        {
            return ConfigurationOptions.Parse(connectionString).EndPoints.Count > 0;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <inheritdoc />
    public async Task DeclareAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        var scripts = new RedisTopicScripts(topic.Name);
        string definition = string.Create(
            CultureInfo.InvariantCulture, $"length_max {topic.LengthMax}, bytes_max {topic.BytesMax}, redeliveries_max {topic.RedeliveriesMax}");
        string? other = await OnAsync(
            topic,
            async database => (string?)await database.ScriptEvaluateAsync(
                RedisTopicScripts.Declare, scripts.TopicKeys, [scripts.Prefix, definition, .. topic.Groups.Select(g => (RedisValue)g)]),
            cancellationToken);
        if (!string.IsNullOrEmpty(other))
        {
            throw new TopicException(
                TopicException.Conflict, $"Topic {topic.Name} exists on the broker with {other}, asked for {definition}; delete it or take another name.");
        }
    }

    /// <inheritdoc />
    public Task DeleteAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        var scripts = new RedisTopicScripts(topic.Name);
        return OnAsync(
            topic,
            database => database.ScriptEvaluateAsync(RedisTopicScripts.Delete, scripts.TopicKeys, [scripts.Prefix, .. topic.Groups.Select(g => (RedisValue)g)]),
            cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TopicDepth>> GetDepthsAsync(TopicDefinition topic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        topic.Validate();
        var scripts = new RedisTopicScripts(topic.Name);
        var depths = new List<TopicDepth>();
        foreach (string group in topic.Groups)
        {
            RedisResult depth = await OnAsync(topic, database => database.ScriptEvaluateAsync(RedisTopicScripts.Depth, [scripts.Stream(group)]), cancellationToken);
            depths.Add(new TopicDepth(group, (long)depth[0], (long)depth[1]));
        }

        return depths;
    }

    /// <inheritdoc />
    public async Task<ITopicProducer> OpenProducerAsync(TopicDefinition topic, TopicProducerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        await DeclareAsync(topic, cancellationToken);
        return new RedisTopicProducer((await ConnectAsync(true, cancellationToken)).GetDatabase(), topic, options, _options);
    }

    /// <inheritdoc />
    public async Task<ITopicConsumer> OpenConsumerAsync(TopicDefinition topic, string group, TopicConsumerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        await DeclareAsync(topic, cancellationToken);
        var consumer = new RedisTopicConsumer(await ConnectAsync(false, cancellationToken), topic, topic.ValidateGroup(group), options, Look);
        await consumer.SubscribeAsync();
        return consumer;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (ConnectionMultiplexer? connection in new[] { Interlocked.Exchange(ref _publishing, null), Interlocked.Exchange(ref _consuming, null) })
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }
        }

        _gate.Dispose();
    }

    internal static bool IsFaultOfBroker(Exception exception) => exception is RedisException or TimeoutException or ObjectDisposedException;

    private async Task<ConnectionMultiplexer> ConnectAsync(bool isPublishing, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return isPublishing
                ? _publishing ??= await ConnectionMultiplexer.ConnectAsync(_configuration).WaitAsync(cancellationToken)
                : _consuming ??= await ConnectionMultiplexer.ConnectAsync(_configuration).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (IsFaultOfBroker(exception))
        {
            throw new TopicException(TopicException.BrokerUnavailable, $"Redis cannot be reached: {exception.Message}", exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<T> OnAsync<T>(TopicDefinition topic, Func<IDatabase, Task<T>> work, CancellationToken cancellationToken)
    {
        ConnectionMultiplexer connection = await ConnectAsync(true, cancellationToken);
        try
        {
            return await work(connection.GetDatabase()).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (IsFaultOfBroker(exception))
        {
            throw new TopicException(TopicException.BrokerUnavailable, $"Redis cannot be used for topic {topic.Name}: {exception.Message}", exception);
        }
    }
}
