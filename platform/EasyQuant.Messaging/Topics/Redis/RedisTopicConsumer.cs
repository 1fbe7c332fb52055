using System.Collections.Concurrent;
using EasyQuant.Messaging.Chunks;
using StackExchange.Redis;

namespace EasyQuant.Messaging.Topics.Redis;

/// <summary>One member of a group. New chunks are told by a channel of Redis; it looks from time to time in any case.</summary>
internal sealed class RedisTopicConsumer : ITopicConsumer
{
    private readonly TopicDefinition _topic;
    private readonly TopicConsumerOptions _options;
    private readonly RedisTopicScripts _scripts;
    private readonly IDatabase _database;
    private readonly ISubscriber _subscriber;
    private readonly TimeSpan _look;
    private readonly string _member = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);
    private readonly Queue<TopicDelivery> _ready = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _keeping;
    private int _isDisposed;

    public RedisTopicConsumer(ConnectionMultiplexer connection, TopicDefinition topic, string group, TopicConsumerOptions options, TimeSpan look)
    {
        _topic = topic;
        _options = options;
        _look = look;
        _scripts = new RedisTopicScripts(topic.Name);
        _database = connection.GetDatabase();
        _subscriber = connection.GetSubscriber();
        Group = group;
        _keeping = Task.Run(KeepAsync);
    }

    public string Topic => _topic.Name;

    public string Group { get; }

    public bool IsConnected { get; private set; } = true;

    public Task SubscribeAsync() => _subscriber.SubscribeAsync(RedisChannel.Literal(_scripts.Channel), OnNews);

    public async Task<TopicDelivery?> PollAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_ready.Count == 0)
            {
                await FetchAsync(cancellationToken);
            }

            if (_ready.TryDequeue(out TopicDelivery? delivery))
            {
                return delivery;
            }

            long left = deadline - Environment.TickCount64;
            if (left <= 0 || _isDisposed != 0)
            {
                return null;
            }

            await _news.WaitAsync(TimeSpan.FromMilliseconds(Math.Min(left, _look.TotalMilliseconds)), cancellationToken);
        }
    }

    public Task<bool> AckAsync(TopicDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return TellAsync((string)delivery.Tag, () => _database.ScriptEvaluateAsync(
            RedisTopicScripts.Ack, _scripts.GroupKeys(Group), [_member, (string)delivery.Tag, delivery.ByteCount]), cancellationToken);
    }

    public async Task<bool> ReturnAsync(TopicDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        return await TellAsync((string)delivery.Tag, () => _database.ScriptEvaluateAsync(
            RedisTopicScripts.Return, [_scripts.Stream(Group)], [_member, _scripts.Prefix, (string)delivery.Tag]), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await _subscriber.UnsubscribeAsync(RedisChannel.Literal(_scripts.Channel), OnNews);
            if (!_held.IsEmpty)
            {
                RedisValue[] ids = [.. _held.Keys.Select(id => (RedisValue)id)];
                await _database.ScriptEvaluateAsync(RedisTopicScripts.Return, [_scripts.Stream(Group)], [_member, _scripts.Prefix, .. ids]);
            }

            await _database.StreamDeleteConsumerAsync(_scripts.Stream(Group), "g", _member);
        }
        catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception))
        {
            // The server is gone; after the time-out of members the others claim what this one held.
        }

        _held.Clear();
        _stop.Dispose();
    }

    private void OnNews(RedisChannel channel, RedisValue value) => Wake();

    private void Wake()
    {
        if (_news.CurrentCount == 0)
        {
            try
            {
                _news.Release();
            }
            catch (SemaphoreFullException)
            {
                // Two came at once; one wakes as well.
            }
        }
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        int want = _options.PrefetchMax - _held.Count;
        if (want <= 0 || _isDisposed != 0)
        {
            return;
        }

        try
        {
            RedisResult found = await _database.ScriptEvaluateAsync(
                RedisTopicScripts.Fetch, _scripts.GroupKeys(Group), [_member, want, (long)_options.MemberTimeout.TotalMilliseconds]);
            IsConnected = true;
            for (int i = 0; i < found.Length; i++)
            {
                _ready.Enqueue(Read(found[i]));
            }
        }
        catch (RedisServerException exception) when (exception.Message.Contains("NOGROUP", StringComparison.Ordinal))
        {
            // An operator deleted the stream; it comes back empty.
            IsConnected = false;
            await DeclareAgainAsync();
        }
        catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception))
        {
            IsConnected = false;
            await Task.Delay(_look, cancellationToken);
        }
    }

    private async Task DeclareAgainAsync()
    {
        try
        {
            await _database.StreamCreateConsumerGroupAsync(_scripts.Stream(Group), "g", "0", createStream: true);
            await _database.SetAddAsync(_scripts.Prefix + "groups", Group);
            await _database.KeyDeleteAsync($"{_scripts.Prefix}bytes:{Group}");
        }
        catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception))
        {
            // Another member was faster, or the server is gone: the next look tells.
        }
    }

    private TopicDelivery Read(RedisResult entry)
    {
        string id = (string)entry[0]!;
        RedisResult fields = entry[2];
        byte[] body = (byte[])fields[9]!;
        // What an older version has stored has no version.
        string version = fields.Length > 11 ? (string?)fields[11] ?? "" : "";
        (Chunk? chunk, ChunkException? error, ReadOnlyMemory<byte> raw) = ChunkWire.Read(body, version, _options.PayloadBytesMax);
        int redeliveries = (int)entry[1];
        _held[id] = true;
        return new TopicDelivery(id)
        {
            MessageId = (string?)fields[1] ?? "",
            ProjectId = (string?)fields[3] ?? "",
            RunId = (string?)fields[5] ?? "",
            TraceParent = (string?)fields[7] ?? "",
            Chunk = chunk,
            Error = error,
            RawBody = raw,
            GivenUp = redeliveries > _topic.RedeliveriesMax ? "delivery_limit" : null,
            RedeliveryCount = redeliveries,
            ByteCount = body.Length,
        };
    }

    private async Task<bool> TellAsync(string id, Func<Task<RedisResult>> tell, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_held.ContainsKey(id) || _isDisposed != 0)
        {
            return false;
        }

        try
        {
            bool isDone = (long)await tell().WaitAsync(cancellationToken) == 1;
            Free(id);
            return isDone;
        }
        catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception))
        {
            // Held no more: after the time-out of members it is claimed, by this member too.
            Free(id);
            return false;
        }
    }

    // One that held all it may, and waits, may fetch again: nothing else tells when no new chunk comes.
    private void Free(string id)
    {
        _held.TryRemove(id, out _);
        Wake();
    }

    private async Task KeepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_options.MemberTimeout / 4, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            RedisValue[] ids = [.. _held.Keys.Select(id => (RedisValue)id)];
            if (ids.Length == 0 || _stop.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                await _database.ScriptEvaluateAsync(RedisTopicScripts.Keep, [_scripts.Stream(Group)], [_member, .. ids]);
            }
            catch (Exception exception) when (RedisTopicTransport.IsFaultOfBroker(exception))
            {
                IsConnected = false;
            }
        }
    }
}
