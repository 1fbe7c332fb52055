using EasyQuant.Messaging;
using EasyQuant.Messaging.Chunks;
using EasyQuant.Messaging.Topics;
using EasyQuant.Messaging.Topics.RabbitMq;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using RabbitMQ.Client;

namespace EasyQuant.Platform.Tests.Persistence.Streams;

/// <summary>Broker and database together: what is sent is consumed once and the stream ends, whoever dies in between.</summary>
[Collection(Servers.Name)]
public sealed class StreamFlowTests(TestServersFixture fixture)
{
    private const int ChunkCount = 40;

    [Fact]
    public async Task Stream_ProducerRestartsAndConsumerDiesHolding_EndsWithEveryChunkOnce()
    {
        await using StreamDatabase db = await StreamDatabase.CreateAsync(fixture.Servers);
        var factory = new ConnectionFactory { Uri = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30))) };
        await using var transport = new RabbitMqTopicTransport(factory, new BrokerOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        var topic = new TopicDefinition { Name = "flow", Groups = ["g"] };
        await db.OpenAsync(2, "g");
        await using ITopicProducer producer = await transport.OpenProducerAsync(topic, new TopicProducerOptions { ProjectId = "default" }, Deadline.In(30));

        StreamLease zombie = await db.StartAsync(0);
        await SendAsync(producer, zombie, ChunkCount / 2);
        // A consumer takes some and dies without an answer.
        ITopicConsumer dying = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions { PrefetchMax = 5 }, Deadline.In(30));
        Assert.NotNull(await dying.PollAsync(TimeSpan.FromMinutes(4), CancellationToken.None));
        StreamLease owner = await db.StartAsync(0);
        await SendAsync(producer, owner, ChunkCount);
        await Assert.ThrowsAsync<EpochStaleException>(() => db.CloseAsync(zombie, ChunkCount / 2));
        await db.CloseAsync(owner, ChunkCount);
        await db.CloseAsync(owner, ChunkCount);
        await db.CloseAsync(await db.StartAsync(1), 0);
        await SendAsync(producer, zombie, ChunkCount / 2);

        Task<StreamState>[] consumers = [.. Enumerable.Range(0, 3).Select(i => ConsumeToTheEndAsync(db, transport, topic, $"r{i}"))];
        await dying.DisposeAsync();
        Assert.All(await Task.WhenAll(consumers), state => Assert.Equal(StreamState.Completed, state));
        StreamGroupStatus group = (await db.StatusAsync()).Groups[0];
        // Sequence 7 is poison: parked, counted, not consumed.
        Assert.Equal((ChunkCount - 1L, 1L, ChunkCount - 1L), (group.DoneCount, group.DeadCount, await db.EffectCountAsync()));
    }

    private static async Task SendAsync(ITopicProducer producer, StreamLease lease, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var chunk = new Chunk
            {
                Stream = StreamDatabase.Id, Shard = lease.Producer, Epoch = lease.Epoch, Sequence = i, RowCount = 10, Encoding = ChunkEncoding.Protobuf, Payload = new byte[100],
            };
            Assert.Equal(SendOutcome.Confirmed, await producer.SendAsync(chunk, CancellationToken.None));
        }
    }

    private static async Task<StreamState> ConsumeToTheEndAsync(StreamDatabase db, ITopicTransport transport, TopicDefinition topic, string replica)
    {
        await using ITopicConsumer consumer = await transport.OpenConsumerAsync(topic, "g", new TopicConsumerOptions { PrefetchMax = 4 }, Deadline.In(30));
        CancellationToken deadline = Deadline.In(60);
        while (true)
        {
            TopicDelivery? delivery = await consumer.PollAsync(TimeSpan.FromMilliseconds(200), deadline);
            StreamState state = delivery is null
                ? await db.StateAsync()
                : delivery.Chunk!.Sequence == 7
                    ? await db.ParkAsync(delivery.Chunk.Shard, 7)
                    : await db.ConsumeAsync(delivery.Chunk.Shard, delivery.Chunk.Sequence, replica: replica);
            if (delivery is not null)
            {
                await consumer.AckAsync(delivery, deadline);
            }
            else if (state != StreamState.Open)
            {
                return state;
            }
        }
    }
}
