using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Platform.Tests.Messaging.Topics;

[Collection(Servers.Name)]
public sealed class RabbitMqTopicTests(TestServersFixture fixture) : TopicTransportContract
{
    private ConnectionFactory _factory = null!;

    [Fact]
    public async Task Consumer_QueueDeletedByAnOperator_DeclaresItAgainAndGoesOn()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        await SendAllAsync(producer, 1);
        await consumer.AckAsync(await NextAsync(consumer), CancellationToken.None);
        await OnChannelAsync(async channel => await channel.QueueDeleteAsync($"data.{topic.Name}.g"));
        await Deadline.UntilAsync("chunks are confirmed again", async () =>
            await producer.SendAsync(Chunk(9), CancellationToken.None) == SendOutcome.Confirmed);
        Assert.Equal(9, (await NextAsync(consumer)).Chunk!.Sequence);
    }

    [Fact]
    public async Task Consumer_ChannelClosedByTheBroker_ComesBackAndStaleAnswersAreTold()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g", prefetch: 1);
        await SendAllAsync(producer, 2);
        TopicDelivery first = await NextAsync(consumer);
        Assert.True(await consumer.AckAsync(first, CancellationToken.None));
        // An unknown delivery tag makes the broker close the channel, as its consumer timeout does.
        await consumer.AckAsync(first, CancellationToken.None);
        await Deadline.UntilAsync("the second chunk comes on a new channel", async () =>
            await consumer.PollAsync(TimeSpan.FromSeconds(1), CancellationToken.None) is { Chunk.Sequence: 1 } again && await consumer.AckAsync(again, CancellationToken.None));
        Assert.False(await consumer.AckAsync(first, CancellationToken.None));
    }

    [Fact]
    public async Task Queues_BrokerKilledRightAfterTheyWereDeclared_KeepWhatWasConfirmedAndAreReplacedWhenEmpty()
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(180));
        _factory = new ConnectionFactory { Uri = new Uri(await own.CreateVirtualHostAsync(Deadline.In(60))), ClientProvidedName = "test" };
        await using var transport = new RabbitMqTopicTransport(_factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition full = Topic("g");
        await using ITopicProducer producer = await transport.OpenProducerAsync(full, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60));
        Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(Chunk(5), Deadline.In(60)));
        // The process that declares this one gets no further: nothing is sent to it, and its topic is not marked.
        TopicDefinition empty = Topic("g");
        await OnChannelAsync(channel => DeclareOldAsync(channel, empty));
        await own.Own.RabbitMq.KillAsync();
        await own.Own.RabbitMq.StartAsync(Deadline.In(180));

        await using ITopicConsumer consumer = await PatientAsync(() => transport.OpenConsumerAsync(full, "g", new TopicConsumerOptions(), Deadline.In(60)));
        Assert.Equal(5, (await NextAsync(consumer)).Chunk!.Sequence);
        await using ITopicConsumer other = await PatientAsync(() => transport.OpenConsumerAsync(empty, "g", new TopicConsumerOptions(), Deadline.In(60)));
        await using ITopicProducer late = await transport.OpenProducerAsync(empty, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60));
        await Deadline.UntilAsync("the replaced queue takes a chunk", async () => await late.SendAsync(Chunk(6), Deadline.In(60)) == SendOutcome.Confirmed);
        Assert.Equal(6, (await NextAsync(other)).Chunk!.Sequence);
    }

    [Fact]
    public async Task Queue_DeletedByAnOperatorAndDeclaredAgain_KeepsWhatWasConfirmedWhenTheBrokerIsKilled()
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(180));
        _factory = new ConnectionFactory { Uri = new Uri(await own.CreateVirtualHostAsync(Deadline.In(60))), ClientProvidedName = "test" };
        await using var transport = new RabbitMqTopicTransport(_factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition topic = Topic("g");
        await using ITopicProducer producer = await transport.OpenProducerAsync(topic, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60));
        await using ITopicConsumer consumer = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions(), Deadline.In(60));
        await Deadline.UntilAsync("the consumer is connected", () => Task.FromResult(consumer.IsConnected), 120);
        await OnChannelAsync(async channel => await channel.QueueDeleteAsync($"data.{topic.Name}.g"));
        await Deadline.UntilAsync("a chunk is confirmed again", async () => await producer.SendAsync(Chunk(7), Deadline.In(60)) == SendOutcome.Confirmed, 120);
        await own.Own.RabbitMq.KillAsync();
        await own.Own.RabbitMq.StartAsync(Deadline.In(180));

        // What came before the kill was not acknowledged, and its channel is gone, so it comes again.
        await Deadline.UntilAsync(
            "the chunk comes, and its acknowledgement counts",
            async () => await consumer.PollAsync(TimeSpan.FromSeconds(1), CancellationToken.None) is { Chunk.Sequence: 7 } again && await consumer.AckAsync(again, CancellationToken.None),
            120);
    }

    [Fact]
    public async Task Delete_WhileTheQueuesOfAKilledBrokerGetTheirLeaders_NewQueuesStillGetOne()
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(180));
        _factory = new ConnectionFactory { Uri = new Uri(await own.CreateVirtualHostAsync(Deadline.In(60))), ClientProvidedName = "test" };
        await using var transport = new RabbitMqTopicTransport(_factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition[] topics = [.. Enumerable.Range(0, 24).Select(_ => Topic("g"))];
        foreach (TopicDefinition topic in topics)
        {
            await transport.DeclareAsync(topic, Deadline.In(60));
        }

        await own.Own.RabbitMq.KillAsync();
        // Each asks for its queue as soon as the broker answers at all, as a run that was interrupted does.
        Task<bool>[] deletions = [.. topics.Select(topic => PatientAsync(() => DeleteAsync(transport, topic)))];
        await own.Own.RabbitMq.StartAsync(Deadline.In(180));
        int? process = own.Own.RabbitMq.ProcessId;
        await Task.WhenAll(deletions);

        TopicDefinition next = Topic("g");
        await using ITopicProducer producer = await PatientAsync(() => transport.OpenProducerAsync(next, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60)));
        Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(Chunk(8), Deadline.In(60)));
        Assert.Equal(process, own.Own.RabbitMq.ProcessId);
    }

    /// <summary>What the broker does when two of its processes fail; see ADR 0032.</summary>
    [Theory]
    [InlineData("timer:apply_after(100, gen_server, cast, [ra_log_segment_writer, nonsense])")]
    [InlineData("[timer:apply_after(100, supervisor, start_child, [rabbit_fifo_dlx_sup, [{resource, <<\"/\">>, queue, <<\"none\">>}]]) || _ <- lists:seq(1, 200)]")]
    public async Task Broker_PartsOfItGoneForGood_IsStartedAgainAndServes(string harm)
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(180));
        _factory = new ConnectionFactory { Uri = new Uri(await own.CreateVirtualHostAsync(Deadline.In(60))), ClientProvidedName = "test" };
        await using var transport = new RabbitMqTopicTransport(_factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition topic = Topic("g");
        await using ITopicProducer producer = await transport.OpenProducerAsync(topic, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60));
        Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(Chunk(5), Deadline.In(60)));
        int? process = own.Own.RabbitMq.ProcessId;
        await own.Own.EvaluateAsync(harm, Deadline.In(60));

        await Deadline.UntilAsync("another broker runs", () => Task.FromResult(own.Own.RabbitMq.ProcessId is { } now && now != process), 120);
        await own.Own.RabbitMq.StartAsync(Deadline.In(180));
        await using ITopicConsumer consumer = await PatientAsync(() => transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions(), Deadline.In(60)));
        Assert.Equal(5, (await NextAsync(consumer)).Chunk!.Sequence);
        await using ITopicProducer other = await PatientAsync(() => transport.OpenProducerAsync(Topic("g"), new TopicProducerOptions { ProjectId = "default" }, Deadline.In(60)));
        Assert.Equal(SendOutcome.Confirmed, await other.SendAsync(Chunk(6), Deadline.In(60)));
    }

    [Fact]
    public async Task GivenUp_ConsumerGoneBeforeItIsAcked_ComesToTheNextOneAndToNoOtherGroup()
    {
        TopicDefinition topic = Topic("g", "other");
        ITopicProducer producer = await ProducerAsync(topic);
        await producer.SendAsync(Chunk(4), CancellationToken.None);
        await OnChannelAsync(async channel =>
        {
            BasicGetResult got = (await channel.BasicGetAsync($"data.{topic.Name}.g", autoAck: false))!;
            await channel.BasicNackAsync(got.DeliveryTag, multiple: false, requeue: false);
        });
        await using (ITopicConsumer first = await Transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions(), Deadline.In(30)))
        {
            Assert.True(await NextAsync(first) is { GivenUp: "rejected", Chunk.Sequence: 4 });
        }

        ITopicConsumer second = await ConsumerAsync(topic, "g");
        TopicDelivery again = await NextAsync(second);
        Assert.True(again is { GivenUp: "rejected", Chunk.Sequence: 4, MessageId: "stream/0/4" });
        Assert.True(await second.AckAsync(again, CancellationToken.None));
        ITopicConsumer other = await ConsumerAsync(topic, "other");
        Assert.True(await NextAsync(other) is { GivenUp: null, Chunk.Sequence: 4 });
        await OnChannelAsync(async channel =>
        {
            await Deadline.UntilAsync("nothing is left", async () => await channel.MessageCountAsync($"dead.{topic.Name}.g") == 0);
            Assert.Equal((0u, 0u), (await channel.MessageCountAsync($"dead.{topic.Name}.other"), await channel.MessageCountAsync(Topology.DeadQueue)));
        });
    }

    [Fact]
    public async Task GivenUp_GroupWithoutADeadQueue_IsKeptForAPerson()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        await producer.SendAsync(Chunk(4), CancellationToken.None);
        await OnChannelAsync(async channel =>
        {
            await channel.QueueDeleteAsync($"dead.{topic.Name}.g");
            BasicGetResult got = (await channel.BasicGetAsync($"data.{topic.Name}.g", autoAck: false))!;
            await channel.BasicNackAsync(got.DeliveryTag, multiple: false, requeue: false);
            await Deadline.UntilAsync("a dead letter", async () => await channel.MessageCountAsync(Topology.DeadQueue) == 1);
        });
    }

    [Fact]
    public async Task Queue_OfAVersionWithoutDeadQueues_IsUsedAsItIs()
    {
        TopicDefinition topic = Topic("g");
        await OnChannelAsync(channel => DeclareOldAsync(channel, topic));
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer consumer = await ConsumerAsync(topic, "g");
        await SendAllAsync(producer, 3);
        Assert.Equal(Range(3), Sequences(await DrainAsync([consumer], 3)));
        TopicException conflict = await Assert.ThrowsAsync<TopicException>(() => Transport.DeclareAsync(topic with { LengthMax = 77 }, CancellationToken.None));
        Assert.Equal(TopicException.Conflict, conflict.Reason);
    }

    [Fact]
    public async Task Open_BrokerGone_IsUnavailable()
    {
        await using var gone = new RabbitMqTopicTransport(
            new ConnectionFactory { Uri = new Uri("amqp://guest:guest@127.0.0.1:1") }, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        TopicException exception = await Assert.ThrowsAsync<TopicException>(() => gone.DeclareAsync(Topic("g"), Deadline.In(30)));
        Assert.Equal(TopicException.BrokerUnavailable, exception.Reason);
    }

    [Fact]
    public async Task Delete_ConnectionHalfOpen_IsAskedOnANewOneNext()
    {
        var server = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30)));
        await using TcpProxy proxy = TcpProxy.Start(server.Port, seed: 1);
        // Heartbeats that would find it out by themselves come too late here.
        var options = new BrokerOptions { CommandTimeout = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromMinutes(5) };
        await using var transport = new RabbitMqTopicTransport(
            new ConnectionFactory { Uri = new UriBuilder(server) { Port = proxy.Port }.Uri }, options, TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition topic = Topic("g");
        await transport.DeclareAsync(topic, Deadline.In(60));
        proxy.Rules = new ProxyRules { SwallowsReplies = true };
        TopicException silent = await Assert.ThrowsAsync<TopicException>(() => transport.DeleteAsync(topic, Deadline.In(60)));
        Assert.Equal(TopicException.BrokerUnavailable, silent.Reason);

        proxy.Rules = new ProxyRules();
        await transport.DeleteAsync(topic, Deadline.In(60));
        Assert.Equal(TopicException.BrokerUnavailable, (await Assert.ThrowsAsync<TopicException>(() => transport.GetDepthsAsync(topic, Deadline.In(60)))).Reason);
    }

    [Fact]
    public async Task Consumer_FindsItsConnectionSilent_TheOtherConnectionIsGivenUpToo()
    {
        var server = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30)));
        await using TcpProxy proxy = TcpProxy.Start(server.Port, seed: 1);
        var options = new BrokerOptions { CommandTimeout = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromMinutes(5), WatchdogInterval = TimeSpan.FromMilliseconds(200) };
        await using var transport = new RabbitMqTopicTransport(
            new ConnectionFactory { Uri = new UriBuilder(server) { Port = proxy.Port }.Uri }, options, TimeProvider.System, NullLoggerFactory.Instance);
        TopicDefinition topic = Topic("g");
        await using ITopicConsumer consumer = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions(), Deadline.In(60));
        await Deadline.UntilAsync("the consumer is connected", () => Task.FromResult(consumer.IsConnected));
        Assert.Equal(2, proxy.LinkCount);
        // What is open falls silent, and nothing new gets through: a link that ends was given up.
        proxy.Rules = new ProxyRules { SwallowsReplies = true, Refuses = true };
        await Deadline.UntilAsync("both connections are given up", () => Task.FromResult(proxy.LinkCount == 0));
        proxy.Rules = new ProxyRules();
        await Deadline.UntilAsync("the consumer is back", () => Task.FromResult(consumer.IsConnected));
        await transport.DeleteAsync(topic, Deadline.In(60));
    }

    protected override async Task<ITopicTransport> CreateAsync()
    {
        _factory = new ConnectionFactory { Uri = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30))), ClientProvidedName = "test" };
        return new RabbitMqTopicTransport(_factory, new BrokerOptions { WatchdogInterval = TimeSpan.FromMilliseconds(500) }, TimeProvider.System, NullLoggerFactory.Instance);
    }

    protected override Task PublishRawAsync(TopicDefinition topic, string messageId, byte[] body, int version = 1) => OnChannelAsync(async channel =>
        await channel.BasicPublishAsync(
            Topology.DataExchange, topic.Name, mandatory: true,
            new BasicProperties { MessageId = messageId, Persistent = true, Headers = new Dictionary<string, object?> { ["schema-version"] = version } }, body));

    private static Task DeclareOldAsync(IChannel channel, TopicDefinition topic) => channel.QueueDeclareAsync(
        $"data.{topic.Name}.g", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>
        {
            ["x-queue-type"] = "quorum", ["x-delivery-limit"] = topic.RedeliveriesMax, ["x-max-length"] = topic.LengthMax, ["x-max-length-bytes"] = topic.BytesMax,
            ["x-overflow"] = "reject-publish", ["x-dead-letter-exchange"] = Topology.DeadExchange, ["x-dead-letter-strategy"] = "at-least-once",
        });

    private static async Task<bool> DeleteAsync(RabbitMqTopicTransport transport, TopicDefinition topic)
    {
        await transport.DeleteAsync(topic, Deadline.In(60));
        return true;
    }

    private static async Task<T> PatientAsync<T>(Func<Task<T>> work)
    {
        T? done = default;
        await Deadline.UntilAsync("the broker is used", async () =>
        {
            try
            {
                done = await work();
                return true;
            }
            catch (TopicException exception) when (exception.Reason == TopicException.BrokerUnavailable)
            {
                return false;
            }
        }, 120);
        return done!;
    }

    private async Task OnChannelAsync(Func<IChannel, Task> work)
    {
        await using IConnection connection = await _factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await work(channel);
    }
}
