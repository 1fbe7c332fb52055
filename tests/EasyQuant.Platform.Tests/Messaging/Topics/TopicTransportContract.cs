using System.Globalization;
using System.Text;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;

namespace EasyQuant.Platform.Tests.Messaging.Topics;

/// <summary>What every transport of topics must hold. A new one derives a class, says how it is made, and passes.</summary>
public abstract class TopicTransportContract : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];
    private int _topicCount;

    protected ITopicTransport Transport { get; private set; } = null!;

    public async Task InitializeAsync() => Transport = await CreateAsync();

    public async Task DisposeAsync()
    {
        foreach (IAsyncDisposable open in Enumerable.Reverse(_open))
        {
            await open.DisposeAsync();
        }

        await Transport.DisposeAsync();
    }

    [Fact]
    public async Task Send_TwoGroups_EachSeesTheWholeTopic()
    {
        TopicDefinition topic = Topic("left", "right");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer left = await ConsumerAsync(topic, "left");
        ITopicConsumer right = await ConsumerAsync(topic, "right");
        await SendAllAsync(producer, 20);
        Assert.Equal(Range(20), Sequences(await DrainAsync([left], 20)));
        Assert.Equal(Range(20), Sequences(await DrainAsync([right], 20)));
    }

    [Fact]
    public async Task Members_OfOneGroup_ShareTheTopic()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer first = await ConsumerAsync(topic, "g", prefetch: 2);
        ITopicConsumer second = await ConsumerAsync(topic, "g", prefetch: 2);
        await SendAllAsync(producer, 60);
        IReadOnlyList<TopicDelivery> got = await DrainAsync([first, second], 60);
        Assert.Equal(Range(60), Sequences(got));
        Assert.Equal(60, got.Count);
        Assert.Null(await first.PollAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None));
        Assert.Null(await second.PollAsync(TimeSpan.FromMilliseconds(200), CancellationToken.None));
    }

    [Fact]
    public async Task Send_AnyChunk_ArrivesAsItWasWithItsProperties()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        Chunk sent = Chunk(7) with { Shard = 3, Epoch = 9, RowCount = 11, Encoding = ChunkEncoding.Arrow, Payload = Encoding.UTF8.GetBytes(new string('x', 70_000)) };
        Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(sent, CancellationToken.None));
        TopicDelivery got = await NextAsync(consumer);
        Assert.NotNull(got.Chunk);
        Assert.True(got.Chunk.Payload.Span.SequenceEqual(sent.Payload.Span));
        Assert.Equal(sent with { Payload = default }, got.Chunk with { Payload = default });
        Assert.Equal(("stream/3/7", 0, "default", "run-1"), (got.MessageId, got.RedeliveryCount, got.ProjectId, got.RunId));
        Assert.True(got.ByteCount > 70_000);
        Assert.True(await consumer.AckAsync(got, CancellationToken.None));
    }

    [Fact]
    public async Task Send_UnderAnActivity_CarriesItsTrace()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        using var activity = new System.Diagnostics.Activity("test");
        activity.SetIdFormat(System.Diagnostics.ActivityIdFormat.W3C).Start();
        await producer.SendAsync(Chunk(0), CancellationToken.None);
        TopicDelivery got = await NextAsync(consumer);
        Assert.Contains(activity.TraceId.ToHexString(), got.TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Return_Chunk_ComesAgainWithAHigherCount()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g", prefetch: 1);
        await producer.SendAsync(Chunk(0), CancellationToken.None);
        for (int count = 0; count < 3; count++)
        {
            TopicDelivery got = await NextAsync(consumer);
            Assert.Equal((0L, count, null), (got.Chunk!.Sequence, got.RedeliveryCount, got.GivenUp));
            Assert.True(await consumer.ReturnAsync(got, CancellationToken.None));
        }

        await consumer.AckAsync(await NextAsync(consumer), CancellationToken.None);
        Assert.Null(await consumer.PollAsync(TimeSpan.FromMilliseconds(300), CancellationToken.None));
    }

    [Fact]
    public async Task Return_MoreOftenThanTheLimit_ComesAsGivenUpUntilItIsAcked()
    {
        TopicDefinition topic = Topic("g") with { RedeliveriesMax = 3 };
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g", prefetch: 1);
        await producer.SendAsync(Chunk(0), CancellationToken.None);
        for (int count = 0; count <= topic.RedeliveriesMax; count++)
        {
            TopicDelivery got = await NextAsync(consumer);
            Assert.Equal((0L, count, null), (got.Chunk!.Sequence, got.RedeliveryCount, got.GivenUp));
            Assert.True(await consumer.ReturnAsync(got, CancellationToken.None));
        }

        for (int again = 0; again < 2; again++)
        {
            TopicDelivery? last = await consumer.PollAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
            Assert.True(last is { Chunk.Sequence: 0, MessageId: "stream/0/0", GivenUp: "delivery_limit" } && last.RedeliveryCount > topic.RedeliveriesMax, $"{last?.RedeliveryCount}");
            Assert.True(await (again == 0 ? consumer.ReturnAsync(last!, CancellationToken.None) : consumer.AckAsync(last!, CancellationToken.None)));
        }

        Assert.Null(await consumer.PollAsync(TimeSpan.FromSeconds(2), CancellationToken.None));
    }

    [Fact]
    public async Task Member_Closed_WhatItHeldGoesToOthers()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer first = await ConsumerAsync(topic, "g", prefetch: 4);
        await SendAllAsync(producer, 4);
        TopicDelivery held = await NextAsync(first);
        await first.DisposeAsync();
        Assert.False(await first.AckAsync(held, CancellationToken.None));
        ITopicConsumer second = await ConsumerAsync(topic, "g");
        IReadOnlyList<TopicDelivery> got = await DrainAsync([second], 4);
        Assert.Equal(Range(4), Sequences(got));
        Assert.True(got.Single(d => d.Chunk!.Sequence == held.Chunk!.Sequence).RedeliveryCount >= 1);
    }

    [Fact]
    public async Task Send_QueueFull_IsRefusedAndNothingConfirmedIsLost()
    {
        TopicDefinition topic = Topic("g") with { LengthMax = 10 };
        ITopicProducer producer = await ProducerAsync(topic);
        var confirmed = new List<long>();
        bool isRefused = false;
        for (int i = 0; i < 2000 && !isRefused; i++)
        {
            SendOutcome outcome = await producer.SendAsync(Chunk(i), CancellationToken.None);
            Assert.True(outcome is SendOutcome.Confirmed or SendOutcome.Refused, $"{outcome}");
            isRefused = outcome == SendOutcome.Refused;
            if (!isRefused)
            {
                confirmed.Add(i);
            }
        }

        Assert.True(isRefused);
        Assert.InRange(confirmed.Count, 10, 200);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        Assert.Equal(confirmed, Sequences(await DrainAsync([consumer], confirmed.Count)));
        await Deadline.UntilAsync("there is room again", async () => await producer.SendAsync(Chunk(5000), CancellationToken.None) == SendOutcome.Confirmed);
    }

    [Fact]
    public async Task Send_BytesFull_IsRefused()
    {
        TopicDefinition topic = Topic("g") with { BytesMax = 256 * 1024 };
        ITopicProducer producer = await ProducerAsync(topic);
        var payload = new byte[60_000];
        int confirmed = 0;
        for (int i = 0; i < 200; i++)
        {
            SendOutcome outcome = await producer.SendAsync(Chunk(i) with { Payload = payload }, CancellationToken.None);
            if (outcome == SendOutcome.Refused)
            {
                break;
            }

            confirmed++;
        }

        Assert.InRange(confirmed, 3, 100);
    }

    [Fact]
    public async Task Send_NoQueueLeft_IsUnroutable()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        await Transport.DeleteAsync(topic, CancellationToken.None);
        Assert.Equal(SendOutcome.Unroutable, await producer.SendAsync(Chunk(0), CancellationToken.None));
        await Transport.DeclareAsync(topic, CancellationToken.None);
        Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(Chunk(0), CancellationToken.None));
    }

    [Fact]
    public async Task Poll_NothingThere_IsNull()
    {
        ITopicConsumer consumer = await ConsumerAsync(Topic("g"), "g");
        Assert.Null(await consumer.PollAsync(TimeSpan.Zero, CancellationToken.None));
        Assert.Null(await consumer.PollAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None));
        using var cancelled = new CancellationTokenSource();
        Task<TopicDelivery?> waiting = consumer.PollAsync(TimeSpan.FromMinutes(5), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Body_ThatIsNoChunk_ComesWithTheErrorAndTheKey()
    {
        TopicDefinition topic = Topic("g");
        await Transport.DeclareAsync(topic, CancellationToken.None);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        byte[] garbage = [0xFF, 0xFF, 0xFF, 0x01, 0x02];
        await PublishRawAsync(topic, "stream/2/5", garbage);
        TopicDelivery got = await NextAsync(consumer);
        Assert.Null(got.Chunk);
        Assert.Equal(ChunkException.Corrupt, got.Error!.Reason);
        Assert.Equal(new ChunkKey("stream", 2, 5), got.Key);
        Assert.Equal(garbage, got.RawBody.ToArray());
        Assert.True(await consumer.AckAsync(got, CancellationToken.None));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Body_OfAnotherSchemaVersion_ComesWithTheErrorAndWhole(int version)
    {
        TopicDefinition topic = Topic("g");
        await Transport.DeclareAsync(topic, CancellationToken.None);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        byte[] body = new byte[2 * 1024 * 1024];
        await PublishRawAsync(topic, "stream/2/5", body, version);
        TopicDelivery got = await NextAsync(consumer);
        Assert.Null(got.Chunk);
        Assert.Equal("CHUNK_SCHEMA_UNKNOWN", got.Error!.Reason);
        Assert.Contains($"{version}", got.Error.Message, StringComparison.Ordinal);
        Assert.Equal((new ChunkKey("stream", 2, 5), body.Length), (got.Key, got.RawBody.Length));
        Assert.True(await consumer.AckAsync(got, CancellationToken.None));
    }

    [Fact]
    public async Task Body_LargerThanAllowed_ComesWithTheError()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = Keep(await Transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions { PayloadBytesMax = 1024 }, Deadline.In(30)));
        await producer.SendAsync(Chunk(0) with { Payload = new byte[4096] }, CancellationToken.None);
        TopicDelivery got = await NextAsync(consumer);
        Assert.Equal(ChunkException.TooLarge, got.Error!.Reason);
        await consumer.AckAsync(got, CancellationToken.None);
        await producer.SendAsync(Chunk(1), CancellationToken.None);
        Assert.Equal(1, (await NextAsync(consumer)).Chunk!.Sequence);
    }

    [Fact]
    public async Task Declare_WithOtherBounds_IsAConflict()
    {
        TopicDefinition topic = Topic("g");
        await Transport.DeclareAsync(topic, CancellationToken.None);
        await Transport.DeclareAsync(topic, CancellationToken.None);
        TopicException conflict = await Assert.ThrowsAsync<TopicException>(() => Transport.DeclareAsync(topic with { LengthMax = 77 }, CancellationToken.None));
        Assert.Equal(TopicException.Conflict, conflict.Reason);
        Assert.Contains(topic.Name, conflict.Message, StringComparison.Ordinal);
        await Transport.DeclareAsync(topic, CancellationToken.None);
    }

    [Fact]
    public async Task Depths_OfGroups_CountWhatWaits()
    {
        TopicDefinition topic = Topic("left", "right");
        ITopicProducer producer = await ProducerAsync(topic);
        await SendAllAsync(producer, 5);
        ITopicConsumer right = await ConsumerAsync(topic, "right");
        await DrainAsync([right], 5);
        await Deadline.UntilAsync("5 wait left, none right", async () =>
            (await Transport.GetDepthsAsync(topic, CancellationToken.None)).Select(d => (d.Group, d.WaitingCount)).SequenceEqual([("left", 5L), ("right", 0L)]));
    }

    [Fact]
    public async Task Producer_WindowOfOverlappingSends_KeepsTheirOrder()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        SendOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => producer.SendAsync(Chunk(i), CancellationToken.None)));
        Assert.All(outcomes, outcome => Assert.Equal(SendOutcome.Confirmed, outcome));
        ITopicConsumer consumer = await ConsumerAsync(topic, "g", prefetch: 64);
        IReadOnlyList<TopicDelivery> got = await DrainAsync([consumer], 64);
        Assert.Equal(Range(64), got.Select(d => d.Chunk!.Sequence));
    }

    protected abstract Task<ITopicTransport> CreateAsync();

    protected abstract Task PublishRawAsync(TopicDefinition topic, string messageId, byte[] body, int version = 1);

    protected static Chunk Chunk(long sequence) => new()
    {
        Stream = "stream",
        Shard = 0,
        Epoch = 1,
        Sequence = sequence,
        RowCount = 1,
        Encoding = ChunkEncoding.Protobuf,
        Payload = BitConverter.GetBytes(sequence),
    };

    protected TopicDefinition Topic(params string[] groups) =>
        new() { Name = string.Create(CultureInfo.InvariantCulture, $"t{++_topicCount}.data"), Groups = groups };

    protected async Task<ITopicProducer> ProducerAsync(TopicDefinition topic) =>
        Keep(await Transport.OpenProducerAsync(topic, new TopicProducerOptions { ProjectId = "default", RunId = "run-1" }, Deadline.In(30)));

    protected async Task<ITopicConsumer> ConsumerAsync(TopicDefinition topic, string group, ushort prefetch = 8) =>
        Keep(await Transport.OpenConsumerAsync(
            topic, group, new TopicConsumerOptions { PrefetchMax = prefetch, MemberTimeout = TimeSpan.FromSeconds(2) }, Deadline.In(30)));

    protected static async Task SendAllAsync(ITopicProducer producer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(Chunk(i), CancellationToken.None));
        }
    }

    protected static async Task<TopicDelivery> NextAsync(ITopicConsumer consumer) =>
        await consumer.PollAsync(TimeSpan.FromMinutes(4), CancellationToken.None) ?? throw new TimeoutException("No chunk came in time.");

    /// <summary>Takes and acks so many chunks from the members together.</summary>
    protected static async Task<IReadOnlyList<TopicDelivery>> DrainAsync(IReadOnlyList<ITopicConsumer> consumers, int count)
    {
        var got = new List<TopicDelivery>();
        await Deadline.UntilAsync($"{count} chunks come, came {got.Count}", async () =>
        {
            foreach (ITopicConsumer consumer in consumers)
            {
                while (got.Count < count && await consumer.PollAsync(TimeSpan.FromMilliseconds(5), CancellationToken.None) is { } delivery)
                {
                    Assert.True(await consumer.AckAsync(delivery, CancellationToken.None));
                    got.Add(delivery);
                    if (consumers.Count > 1)
                    {
                        break;
                    }
                }
            }

            return got.Count >= count;
        });
        return got;
    }

    protected static IEnumerable<long> Range(int count) => Enumerable.Range(0, count).Select(i => (long)i);

    protected static IEnumerable<long> Sequences(IEnumerable<TopicDelivery> deliveries) => deliveries.Select(d => d.Chunk!.Sequence).Order();

    protected T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
