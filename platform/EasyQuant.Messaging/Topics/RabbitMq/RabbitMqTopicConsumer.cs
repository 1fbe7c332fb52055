using System.Globalization;
using System.Threading.Channels;
using EasyQuant.Messaging.Chunks;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace EasyQuant.Messaging.Topics.RabbitMq;

/// <summary>One member of a group: the broker pushes up to the prefetch, the caller polls.</summary>
internal sealed partial class RabbitMqTopicConsumer : ITopicConsumer
{
    // More than the broker itself lets in (128 MiB), so that no body can close the connection again and again.
    private const uint BodyBytesMax = 136 * 1024 * 1024;

    private readonly TopicConsumerOptions _options;
    private readonly BrokerOptions _broker;
    private readonly ILogger<RabbitMqTopicConsumer> _logger;
    private readonly BrokerConnection _connection;
    private readonly ConsumerLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    // The broker bounds it: the prefetch of the open channel, and what the lost ones left, which is skipped.
    private readonly Channel<TopicDelivery> _deliveries = System.Threading.Channels.Channel.CreateUnbounded<TopicDelivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly int _redeliveriesMax;
    private readonly Task _running;
    private readonly Task _lookingForDead;
    private int _isDisposed;

    public RabbitMqTopicConsumer(
        IConnectionFactory factory, TopicDefinition topic, string group, TopicConsumerOptions options, BrokerOptions broker, Action onSilence, ILogger<RabbitMqTopicConsumer> logger)
    {
        Topic = topic.Name;
        Group = group;
        _options = options;
        _redeliveriesMax = topic.RedeliveriesMax;
        _broker = broker;
        _logger = logger;
        string queue = RabbitMqTopicQueue.NameOf(topic, group);
        _connection = new BrokerConnection(factory, $"consume {queue}", broker, BodyBytesMax);
        var settings = new ConsumerLoopSettings
        {
            Queue = queue,
            PrefetchMax = options.PrefetchMax,
            ConcurrencyMax = 1,
            IsReplaceable = false,
            OnSilence = onSilence,
            Declare = async (channel, token) =>
            {
                await Topology.DeclareForDataAsync(channel, token);
                await RabbitMqTopicQueue.EnsureAsync(await _connection.GetAsync(token), channel, topic, group, broker, logger, token);
            },
        };
        _loop = new ConsumerLoop(_connection, settings, broker, TakeAsync, logger);
        _running = Task.Run(() => _loop.RunAsync(_stop.Token));
        var dead = new RabbitMqDeadLetters(_connection, RabbitMqTopicQueue.DeadOf(topic, group), broker, Take, logger);
        _lookingForDead = Task.Run(() => dead.RunAsync(_stop.Token));
    }

    public string Topic { get; }

    public string Group { get; }

    public bool IsConnected => _loop.IsConsuming;

    public async Task<TopicDelivery?> PollAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (TryTake(out TopicDelivery? ready))
        {
            return ready;
        }

        if (timeout <= TimeSpan.Zero)
        {
            return null;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            while (await _deliveries.Reader.WaitToReadAsync(deadline.Token))
            {
                if (TryTake(out TopicDelivery? next))
                {
                    return next;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
        }

        return null;
    }

    public Task<bool> AckAsync(TopicDelivery delivery, CancellationToken cancellationToken) =>
        AnswerAsync(delivery, (channel, tag) => channel.BasicAckAsync(tag, multiple: false, CancellationToken.None), cancellationToken);

    public Task<bool> ReturnAsync(TopicDelivery delivery, CancellationToken cancellationToken) =>
        AnswerAsync(delivery, (channel, tag) => channel.BasicNackAsync(tag, multiple: false, requeue: true, CancellationToken.None), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _deliveries.Writer.TryComplete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _lookingForDead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _connection.DisposeAsync();
        _stop.Dispose();
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out TopicDelivery? delivery)
    {
        while (_deliveries.Reader.TryRead(out delivery))
        {
            // What a lost channel delivered belongs to others already.
            if (((Held)delivery.Tag).Channel.IsOpen)
            {
                return true;
            }
        }

        return false;
    }

    private Task TakeAsync(IChannel channel, BasicDeliverEventArgs delivery, CancellationToken cancellationToken)
    {
        Take(new Held(channel, delivery.DeliveryTag), delivery.BasicProperties, delivery.Body.Span, delivery.Redelivered, isDead: false);
        return Task.CompletedTask;
    }

    private Task Take(IChannel channel, BasicGetResult letter)
    {
        var held = new Held(channel, letter.DeliveryTag);
        Take(held, letter.BasicProperties, letter.Body.Span, letter.Redelivered, isDead: true);
        return held.Answered;
    }

    // The body is the client library's again when the caller has returned; reading it copies what is needed.
    private void Take(Held held, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body, bool isRedelivered, bool isDead)
    {
        string version = MessageConsumer.Header(properties, MessageSchema.Header);
        (Chunk? chunk, ChunkException? error, ReadOnlyMemory<byte> raw) = ChunkWire.Read(body, version, _options.PayloadBytesMax);
        string? cause = isDead ? MessageConsumer.Header(properties, "x-first-death-reason") : null;
        int redeliveries = RedeliveryCount(properties, isRedelivered);
        _deliveries.Writer.TryWrite(new TopicDelivery(held)
        {
            MessageId = properties.MessageId ?? "",
            Chunk = chunk,
            Error = error,
            RawBody = raw,
            GivenUp = cause,
            // The dead queue counts anew; the limit was reached before.
            RedeliveryCount = cause == "delivery_limit" ? redeliveries + _redeliveriesMax + 1 : redeliveries,
            ByteCount = body.Length,
            ProjectId = MessageConsumer.Header(properties, "project"),
            RunId = properties.CorrelationId ?? "",
            TraceParent = MessageConsumer.Header(properties, "traceparent"),
        });
    }

    private static int RedeliveryCount(IReadOnlyBasicProperties properties, bool isRedelivered)
    {
        object? count = properties.Headers is { } headers && headers.TryGetValue("x-delivery-count", out object? value) ? value : null;
        return Math.Max(isRedelivered ? 1 : 0, count is null ? 0 : Convert.ToInt32(count, CultureInfo.InvariantCulture));
    }

    private async Task<bool> AnswerAsync(TopicDelivery delivery, Func<IChannel, ulong, ValueTask> answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        cancellationToken.ThrowIfCancellationRequested();
        var held = (Held)delivery.Tag;
        try
        {
            if (!held.Channel.IsOpen)
            {
                return false;
            }

            ValueTask sent = answer(held.Channel, held.DeliveryTag);
            if (!sent.IsCompletedSuccessfully)
            {
                await sent.AsTask().WaitAsync(_broker.ConfirmTimeout, cancellationToken);
            }

            return true;
        }
        catch (Exception exception) when (exception is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
        {
            LogAnswerLost(exception, Topic, Group);
            return false;
        }
        finally
        {
            held.End();
        }
    }

    [LoggerMessage(171, LogLevel.Information, "An answer to topic {Topic}, group {Group}, was lost with its channel; the chunk comes again.")]
    private partial void LogAnswerLost(Exception exception, string topic, string group);

    private sealed record Held(IChannel Channel, ulong DeliveryTag)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Answered => _answered.Task;

        public void End() => _answered.TrySetResult();
    }
}
