using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.Persistence.Migrations;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RabbitMQ.Client;

namespace EasyQuant.Platform.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class BrokerTests(TestServersFixture fixture) : IAsyncLifetime
{
    private readonly ConcurrentQueue<IncomingMessage> _received = new();
    private readonly List<IAsyncDisposable> _publishers = [];
    private readonly List<MessageConsumer> _consumers = [];
    private ConnectionFactory _factory = null!;

    public async Task InitializeAsync() =>
        _factory = new ConnectionFactory { Uri = new Uri(await fixture.Servers.CreateVirtualHostAsync(Deadline.In(30))), ClientProvidedName = "test" };

    public async Task DisposeAsync()
    {
        foreach (MessageConsumer consumer in _consumers)
        {
            await consumer.StopAsync(Deadline.In(10));
        }

        foreach (IAsyncDisposable publisher in _publishers)
        {
            await publisher.DisposeAsync();
        }
    }

    [Fact]
    public async Task Publish_BoundQueue_ArrivesWithItsProperties()
    {
        await ConsumeAsync(_factory, message => MessageVerdict.Ack);
        OutgoingMessage sent = Message("hello") with { CorrelationId = "run-1", TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
        Assert.Equal(PublishOutcome.Confirmed, await Publisher(_factory).PublishAsync(sent, CancellationToken.None));
        IncomingMessage got = await ReceivedAsync();
        Assert.Equal(
            (sent.MessageId.ToString(), sent.Type, sent.RoutingKey, "default", "run-1", sent.TraceParent, "hello"),
            (got.MessageId, got.Type, got.RoutingKey, got.ProjectId, got.CorrelationId, got.TraceParent, Encoding.UTF8.GetString(got.Body.Span)));
    }

    [Fact]
    public async Task Publish_MandatoryWithoutQueue_IsUnroutable() =>
        Assert.Equal(PublishOutcome.Unroutable, await Publisher(_factory).PublishAsync(Message("x") with { RoutingKey = "nobody.listens.here" }, CancellationToken.None));

    [Fact]
    public async Task Publish_QueueFull_IsRefusedAndTheRestConfirmed()
    {
        MessagePublisher publisher = Publisher(_factory);
        await DeclareAsync(new QueueDefinition { Name = "small", LengthMax = 10, Bindings = [new QueueBinding(Topology.EventsExchange, "test.#")] });
        IReadOnlyList<PublishOutcome> outcomes = await publisher.PublishAsync(
            [.. Enumerable.Range(0, 4_000).Select(i => Message($"m{i}"))], CancellationToken.None);
        Assert.Contains(PublishOutcome.Confirmed, outcomes);
        Assert.Contains(PublishOutcome.Refused, outcomes);
        Assert.DoesNotContain(PublishOutcome.Unknown, outcomes);
    }

    [Fact]
    public async Task Handler_Throws_MessageComesAgain()
    {
        await ConsumeAsync(_factory, message => message.IsRedelivered ? MessageVerdict.Ack : throw new InvalidOperationException("first time"));
        await Publisher(_factory).PublishAsync(Message("again"), CancellationToken.None);
        Assert.False((await ReceivedAsync()).IsRedelivered);
        Assert.True((await ReceivedAsync()).IsRedelivered);
    }

    [Fact]
    public async Task Handler_Rejects_MessageIsADeadLetter()
    {
        await ConsumeAsync(_factory, _ => MessageVerdict.Reject);
        await Publisher(_factory).PublishAsync(Message("poison"), CancellationToken.None);
        await using IConnection connection = await _factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await Deadline.UntilAsync("a dead letter", async () => await channel.MessageCountAsync(Topology.DeadQueue) == 1);
    }

    [Fact]
    public async Task Message_OfAnotherSchemaVersion_IsADeadLetterThatNobodyHandles()
    {
        await ConsumeAsync(_factory, _ => MessageVerdict.Ack);
        await Publisher(_factory).PublishAsync(Message("before"), CancellationToken.None);
        Assert.Equal("before", Encoding.UTF8.GetString((await ReceivedAsync()).Body.Span));
        await using IConnection connection = await _factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        var properties = new BasicProperties { Persistent = true, Headers = new Dictionary<string, object?> { ["schema-version"] = 2 } };
        await channel.BasicPublishAsync(Topology.EventsExchange, "test.message.sent", mandatory: true, properties, "later"u8.ToArray());
        await Deadline.UntilAsync("a dead letter", async () => await channel.MessageCountAsync(Topology.DeadQueue) == 1);
        Assert.Empty(_received);
    }

    [Fact]
    public async Task Consumer_QueueDeleted_DeclaresItAgainAndGoesOn()
    {
        MessageConsumer consumer = await ConsumeAsync(_factory, _ => MessageVerdict.Ack);
        await using (IConnection connection = await _factory.CreateConnectionAsync())
        await using (IChannel channel = await connection.CreateChannelAsync())
        {
            await channel.QueueDeleteAsync("test.queue");
        }

        MessagePublisher publisher = Publisher(_factory);
        await Deadline.UntilAsync(
            "the queue is back",
            async () => consumer.IsConsuming && await publisher.PublishAsync(Message("after"), CancellationToken.None) == PublishOutcome.Confirmed);
        Assert.Equal("after", Encoding.UTF8.GetString((await ReceivedAsync()).Body.Span));
    }

    [Fact]
    public async Task BrokerKilled_PublishedWithRetry_EverythingConfirmedArrivesAndNothingHangs()
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(60));
        var factory = new ConnectionFactory { Uri = new Uri(own.RabbitMqUri) };
        var seen = new ConcurrentDictionary<string, bool>();
        await ConsumeAsync(factory, message => seen.TryAdd(message.MessageId, true) ? MessageVerdict.Ack : MessageVerdict.Ack);
        MessagePublisher publisher = Publisher(factory);
        var slowest = TimeSpan.Zero;
        Task outage = Task.CompletedTask;
        // The broker forgets a quorum queue that is killed within half a second of its declaration.
        long declared = Stopwatch.GetTimestamp();
        int count = 0;
        for (int i = 0; count == 0 || i < count; i++)
        {
            if (count == 0 && Stopwatch.GetElapsedTime(declared) > TimeSpan.FromSeconds(3))
            {
                count = i + 150;
                await own.Own.RabbitMq.KillAsync();
                outage = own.Own.RabbitMq.StartAsync(Deadline.In(100));
            }

            OutgoingMessage message = Message($"m{i}");
            PublishOutcome outcome = PublishOutcome.Unknown;
            await Deadline.UntilAsync($"message {i} is confirmed", async () =>
            {
                long start = Stopwatch.GetTimestamp();
                outcome = await publisher.PublishAsync(message, CancellationToken.None);
                slowest = Stopwatch.GetElapsedTime(start) > slowest ? Stopwatch.GetElapsedTime(start) : slowest;
                return outcome == PublishOutcome.Confirmed;
            }, 120);
        }

        await outage;
        await Deadline.UntilAsync($"all {count} messages arrive", () => Task.FromResult(seen.Count == count), 60);
        Assert.True(slowest < TimeSpan.FromSeconds(10.5), $"A publish took {slowest}.");
    }

    [Fact]
    public async Task Outbox_BrokerDownWhileWriting_EverythingArrivesAfterwards()
    {
        await using TestServers own = await TestServers.StartOwnAsync(durable: false, Deadline.In(60));
        var factory = new ConnectionFactory { Uri = new Uri(own.RabbitMqUri) };
        var seen = new ConcurrentDictionary<string, bool>();
        await using NpgsqlDataSource dataSource = NpgsqlDataSource.Create(await own.CreateDatabaseAsync(Deadline.In(30)));
        await Migrator.ApplyAsync(dataSource, "test", typeof(BrokerTests).Assembly, Deadline.In(30));
        using var signal = new OutboxSignal();
        var outbox = new Outbox("test", signal);
        MessagePublisher publisher = Publisher(factory);
        int unsentCount = 0;
        using var relay = new OutboxRelay(
            dataSource,
            "test",
            async (messages, token) =>
            {
                IReadOnlyList<PublishOutcome> outcomes = await publisher.PublishAsync([.. messages.Select(ToOutgoing)], token);
                unsentCount += outcomes.Count(outcome => outcome == PublishOutcome.Unsent);
                return outcomes.Contains(PublishOutcome.Unsent) ? null : [.. outcomes.Select(outcome => outcome == PublishOutcome.Confirmed)];
            },
            signal,
            new OutboxRelayOptions(),
            NullLogger<OutboxRelay>.Instance);
        // Nothing has been declared before the broker dies: the first publish after its return declares the exchanges.
        await own.Own.RabbitMq.KillAsync();
        await relay.StartAsync(CancellationToken.None);
        for (int i = 0; i < 50; i++)
        {
            await Transactions.RunAsync(
                dataSource,
                "outbox.write",
                async (connection, token) =>
                {
                    await outbox.WriteAsync(connection, [Waiting(i)], token);
                    return 1;
                },
                Deadline.In(30));
            outbox.Wake();
        }

        Assert.Equal(50L, await CountAsync(dataSource));
        await Deadline.UntilAsync("the relay has seen that the broker is away", () => Task.FromResult(unsentCount > 0));
        await own.Own.RabbitMq.StartAsync(Deadline.In(60));
        await ConsumeAsync(factory, message => seen.TryAdd(message.MessageId, true) ? MessageVerdict.Ack : MessageVerdict.Ack);
        await Deadline.UntilAsync("all messages arrive", () => Task.FromResult(seen.Count == 50), 60);
        await Deadline.UntilAsync("the outbox is empty", async () => await CountAsync(dataSource) is 0L);
        await relay.StopAsync(Deadline.In(20));
    }

    private static OutboxMessage Waiting(int i) => new()
    {
        MessageId = DeterministicId.Create(Guid.Empty, $"waiting/{i}"),
        Exchange = Topology.EventsExchange,
        RoutingKey = "test.message.sent",
        Type = "test.Message",
        ProjectId = "default",
        IsMandatory = true,
        Body = Encoding.UTF8.GetBytes($"{i}"),
    };

    private static OutgoingMessage ToOutgoing(OutboxMessage message) => new()
    {
        MessageId = message.MessageId,
        Exchange = message.Exchange,
        RoutingKey = message.RoutingKey,
        Type = message.Type,
        ProjectId = message.ProjectId,
        IsMandatory = message.IsMandatory,
        Body = message.Body,
    };

    private static async Task<object?> CountAsync(NpgsqlDataSource dataSource)
    {
        await using NpgsqlCommand command = dataSource.CreateCommand("select count(*) from test.outbox");
        return await command.ExecuteScalarAsync();
    }

    private MessagePublisher Publisher(ConnectionFactory factory)
    {
        var publisher = new MessagePublisher(factory, new BrokerOptions(), TimeProvider.System, NullLogger<MessagePublisher>.Instance);
        _publishers.Add(publisher);
        return publisher;
    }

    private async Task<MessageConsumer> ConsumeAsync(ConnectionFactory factory, Func<IncomingMessage, MessageVerdict> handle)
    {
        var options = new ConsumerOptions
        {
            Queue = new QueueDefinition { Name = "test.queue", Bindings = [new QueueBinding(Topology.EventsExchange, "test.message.*")] },
        };
        var consumer = new MessageConsumer(
            factory, options, new BrokerOptions { WatchdogInterval = TimeSpan.FromSeconds(1) },
            (message, _) =>
            {
                _received.Enqueue(message with { Body = message.Body.ToArray() });
                return Task.FromResult(handle(message));
            },
            NullLogger<MessageConsumer>.Instance);
        _consumers.Add(consumer);
        await consumer.StartAsync(CancellationToken.None);
        await Deadline.UntilAsync("the consumer runs", () => Task.FromResult(consumer.IsConsuming), 60);
        return consumer;
    }

    private async Task DeclareAsync(QueueDefinition queue)
    {
        await using IConnection connection = await _factory.CreateConnectionAsync();
        await using IChannel channel = await connection.CreateChannelAsync();
        await Topology.DeclareAsync(channel, CancellationToken.None);
        await Topology.DeclareAsync(channel, queue, CancellationToken.None);
    }

    private async Task<IncomingMessage> ReceivedAsync()
    {
        IncomingMessage? message = null;
        await Deadline.UntilAsync("a message arrives", () => Task.FromResult(_received.TryDequeue(out message)));
        return message!;
    }

    private static OutgoingMessage Message(string text) => new()
    {
        MessageId = Guid.CreateVersion7(),
        Exchange = Topology.EventsExchange,
        RoutingKey = "test.message.sent",
        Type = "test.Message",
        ProjectId = "default",
        Body = Encoding.UTF8.GetBytes(text),
    };
}
