using System.Text;
using EasyQuant.Messaging;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Messages;
using EasyQuant.Persistence.Migrations;
using EasyQuant.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EasyQuant.Platform.Tests.Messaging;

[Collection(Servers.Name)]
public sealed class OutboxRelayTests(TestServersFixture fixture) : IAsyncLifetime
{
    private readonly OutboxSignal _signal = new();
    private readonly List<string> _published = [];
    private NpgsqlDataSource _dataSource = null!;
    private Outbox _outbox = null!;

    public async Task InitializeAsync()
    {
        _dataSource = NpgsqlDataSource.Create(await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)));
        await Migrator.ApplyAsync(_dataSource, "test", typeof(OutboxRelayTests).Assembly, Deadline.In(30));
        _outbox = new Outbox("test", _signal);
    }

    public async Task DisposeAsync() => await _dataSource.DisposeAsync();

    [Fact]
    public async Task Write_TransactionRolledBack_WritesNothing()
    {
        await using (NpgsqlConnection connection = await _dataSource.OpenConnectionAsync())
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync())
        {
            await _outbox.WriteAsync(connection, [Message("a")], CancellationToken.None);
            await transaction.RollbackAsync();
        }

        Assert.Equal((0, 0), await Relay(_ => true).RelayOnceAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Relay_AllConfirmed_PublishesInOrderAndForgets()
    {
        await WriteAsync("a", "b", "c");
        OutboxRelay relay = Relay(_ => true);
        Assert.Equal((3, 3), await relay.RelayOnceAsync(CancellationToken.None));
        Assert.Equal((0, 0), await relay.RelayOnceAsync(CancellationToken.None));
        Assert.Equal(["a", "b", "c"], _published);
    }

    [Fact]
    public async Task Relay_OneNotConfirmed_KeepsOnlyThatOne()
    {
        await WriteAsync("a", "b", "c");
        OutboxRelay relay = Relay(message => Text(message) != "b" || _published.Count > 3);
        Assert.Equal((3, 2), await relay.RelayOnceAsync(CancellationToken.None));
        await Deadline.UntilAsync("b is published again", async () => (await relay.RelayOnceAsync(CancellationToken.None)).ConfirmedCount == 1);
        Assert.Equal(["a", "b", "c", "b"], _published);
        Assert.Equal(0L, await CountAsync());
    }

    [Fact]
    public async Task Relay_BrokerAway_GoesOutAtOnceWhenItIsBack()
    {
        await WriteAsync("a", "b");
        bool isAway = true;
        OutboxRelay relay = Relay(_ => true, isAway: () => isAway);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal((2, 0), await relay.RelayOnceAsync(CancellationToken.None));
        }

        isAway = false;
        Assert.Equal((2, 2), await relay.RelayOnceAsync(CancellationToken.None));
        Assert.Equal(["a", "b"], _published);
    }

    [Fact]
    public async Task Relay_DiesAfterPublish_PublishesAgainUnderTheSameId()
    {
        await WriteAsync("a");
        OutboxRelay relay = Relay(_ => true);
        using (Failpoints.Arm("outbox.after-publish:throw:1"))
        {
            await Assert.ThrowsAsync<FailpointException>(() => relay.RelayOnceAsync(CancellationToken.None));
        }

        Assert.Equal((1, 1), await relay.RelayOnceAsync(CancellationToken.None));
        Assert.Equal(["a", "a"], _published);
    }

    [Fact]
    public async Task Relay_TwoReplicas_TakeEachMessageOnce()
    {
        await WriteAsync([.. Enumerable.Range(0, 200).Select(i => $"m{i}")]);
        OutboxRelay[] relays = [Relay(_ => true, 20), Relay(_ => true, 20)];
        await Task.WhenAll(relays.Select(async relay =>
        {
            while ((await relay.RelayOnceAsync(CancellationToken.None)).TakenCount > 0)
            {
            }
        }));
        Assert.Equal(200, _published.Count);
        Assert.Equal(200, _published.Distinct().Count());
    }

    private OutboxRelay Relay(Func<OutboxMessage, bool> isConfirmed, int batchSizeMax = 500, Func<bool>? isAway = null) => new(
        _dataSource,
        "test",
        (messages, _) =>
        {
            if (isAway?.Invoke() == true)
            {
                return Task.FromResult<IReadOnlyList<bool>?>(null);
            }

            lock (_published)
            {
                _published.AddRange(messages.Select(Text));
                return Task.FromResult<IReadOnlyList<bool>?>([.. messages.Select(isConfirmed)]);
            }
        },
        _signal,
        new OutboxRelayOptions { RetryDelay = TimeSpan.FromMilliseconds(50), BatchSizeMax = batchSizeMax },
        NullLogger<OutboxRelay>.Instance);

    private async Task WriteAsync(params string[] texts)
    {
        await Transactions.RunAsync(
            _dataSource,
            "outbox.write",
            async (connection, token) =>
            {
                await _outbox.WriteAsync(connection, [.. texts.Select(Message)], token);
                return texts.Length;
            },
            Deadline.In(30));
    }

    private static string Text(OutboxMessage message) => Encoding.UTF8.GetString(message.Body.Span);

    private static OutboxMessage Message(string text) => new()
    {
        MessageId = DeterministicId.Create(Guid.Empty, text),
        Exchange = Topology.EventsExchange,
        RoutingKey = "test.message.sent",
        Type = "test.Message",
        ProjectId = "default",
        Body = Encoding.UTF8.GetBytes(text),
    };

    private async Task<object?> CountAsync()
    {
        await using NpgsqlCommand command = _dataSource.CreateCommand("select count(*) from test.outbox");
        return await command.ExecuteScalarAsync();
    }
}
