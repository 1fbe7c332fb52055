using EasyQuant.Messaging;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.Redis;
using EasyQuant.Testing;
using StackExchange.Redis;

namespace EasyQuant.Platform.Tests.Messaging.Topics;

public sealed class RedisTopicTests(RedisFixture fixture) : TopicTransportContract, IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Member_Dead_WhatItHeldIsClaimedAndLivingOnesKeepTheirs()
    {
        TopicDefinition topic = Topic("g");
        ITopicProducer producer = await ProducerAsync(topic);
        ITopicConsumer living = await ConsumerAsync(topic, "g", prefetch: 1);
        await SendAllAsync(producer, 1);
        TopicDelivery kept = await NextAsync(living);
        // A member that took a chunk and died: nobody keeps it.
        await producer.SendAsync(Chunk(1), CancellationToken.None);
        await using (ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(fixture.ConnectionString))
        {
            await connection.GetDatabase().StreamReadGroupAsync($"eq:{{{topic.Name}}}:g:g", "g", "dead", ">", 1);
        }

        ITopicConsumer other = await ConsumerAsync(topic, "g");
        TopicDelivery claimed = await NextAsync(other);
        Assert.Equal((1L, 1), (claimed.Chunk!.Sequence, claimed.RedeliveryCount));
        Assert.Null(await other.PollAsync(TimeSpan.FromSeconds(3), CancellationToken.None));
        Assert.True(await living.AckAsync(kept, CancellationToken.None));
    }

    [Fact]
    public async Task Poll_HoldsAllItMay_AckWakesIt()
    {
        TopicDefinition topic = Topic("g");
        await SendAllAsync(await ProducerAsync(topic), 2);
        await using var transport = new RedisTopicTransport(fixture.ConnectionString, new BrokerOptions()) { Look = TimeSpan.FromMinutes(10) };
        await using ITopicConsumer consumer = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions { PrefetchMax = 1 }, Deadline.In(30));
        TopicDelivery first = await NextAsync(consumer);
        Task<TopicDelivery?> second = consumer.PollAsync(TimeSpan.FromMinutes(10), Deadline.In(30));
        Assert.True(await consumer.AckAsync(first, CancellationToken.None));
        Assert.Equal(1, (await second)?.Chunk?.Sequence);
    }

    [Fact]
    public async Task Open_ServerGone_IsUnavailable()
    {
        await using var gone = new RedisTopicTransport("127.0.0.1:1", new BrokerOptions());
        TopicException exception = await Assert.ThrowsAsync<TopicException>(() => gone.DeclareAsync(Topic("g"), Deadline.In(30)));
        Assert.Equal(TopicException.BrokerUnavailable, exception.Reason);
    }

    protected override async Task<ITopicTransport> CreateAsync()
    {
        await using (ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(fixture.ConnectionString + ",allowAdmin=true"))
        {
            await connection.GetServers()[0].FlushAllDatabasesAsync();
        }

        return new RedisTopicTransport(fixture.ConnectionString, new BrokerOptions());
    }

    protected override async Task PublishRawAsync(TopicDefinition topic, string messageId, byte[] body, int version = 1)
    {
        await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(fixture.ConnectionString);
        NameValueEntry[] fields = [new("i", messageId), new("p", "default"), new("r", ""), new("t", ""), new("b", body), new("v", version)];
        await connection.GetDatabase().StreamAddAsync($"eq:{{{topic.Name}}}:g:{topic.Groups[0]}", fields);
    }
}
