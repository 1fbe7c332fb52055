using System.Globalization;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using EasyQuant.Persistence.Faults;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence;

[Collection(Servers.Name)]
public sealed class EffectStoreTests(TestServersFixture fixture) : IAsyncLifetime
{
    private readonly EffectStore _store = new("public");
    private NpgsqlDataSource _dataSource = null!;

    public async Task InitializeAsync()
    {
        _dataSource = NpgsqlDataSource.Create(await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)));
        await using NpgsqlConnection connection = await _dataSource.OpenConnectionAsync();
        await _store.EnsureTablesAsync(connection, CancellationToken.None);
        await using var create = new NpgsqlCommand("create table rows(id int)", connection);
        await create.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync() => await _dataSource.DisposeAsync();

    [Fact]
    public async Task Effect_KeyRepeated_HappensOnce()
    {
        Assert.True(await EffectAsync("run/1", 1, "run-1/save/0"));
        Assert.False(await EffectAsync("run/1", 1, "run-1/save/0"));
        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task Effect_ReplyToCommitLost_HappensOnce()
    {
        using (Failpoints.Arm("effect.after-commit:throw:1"))
        {
            await EffectAsync("run/1", 1, "run-1/save/0");
        }

        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task Effect_ByManyAtOnce_HappensOnce()
    {
        bool[] done = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => EffectAsync("run/1", 1, "key")));
        Assert.Single(done, isDone => isDone);
        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task Forget_OldEffects_InBoundedPartsAndYoungOnesStillCount()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.True(await EffectAsync("run/1", 1, $"old-{i}"));
        }

        Assert.True(await EffectAsync("run/1", 1, "young"));
        await using NpgsqlConnection connection = await _dataSource.OpenConnectionAsync();
        Assert.Equal(0, await _store.ForgetAsync(connection, TimeSpan.FromHours(1), 10, CancellationToken.None));
        await using var age = new NpgsqlCommand("update eq_effects set create_time = create_time - interval '59 minutes'; update eq_effects set create_time = create_time - interval '2 minutes' where key like 'old%'", connection);
        await age.ExecuteNonQueryAsync();

        Assert.Equal(3, await _store.ForgetAsync(connection, TimeSpan.FromHours(1), 3, CancellationToken.None));
        Assert.Equal(2, await _store.ForgetAsync(connection, TimeSpan.FromHours(1), 3, CancellationToken.None));
        Assert.Equal(0, await _store.ForgetAsync(connection, TimeSpan.FromHours(1), 3, CancellationToken.None));
        Assert.False(await EffectAsync("run/1", 1, "young"));
        Assert.True(await EffectAsync("run/1", 1, "old-0"));
    }

    [Fact]
    public async Task Fence_OlderEpoch_IsRefusedAndNothingWritten()
    {
        await EffectAsync("run/1", 7, "a");
        EpochStaleException stale = await Assert.ThrowsAsync<EpochStaleException>(() => EffectAsync("run/1", 6, "b"));
        Assert.Equal(6, stale.Epoch);
        Assert.True(await EffectAsync("run/1", 7, "c"));
        Assert.True(await EffectAsync("run/2", 1, "d"));
        Assert.Equal(3L, await CountAsync());
    }

    [Fact]
    public async Task Fence_HeldByTheSameEpoch_DoesNotWait()
    {
        await EffectAsync("run/1", 7, "a");
        await using NpgsqlConnection first = await _dataSource.OpenConnectionAsync(), second = await _dataSource.OpenConnectionAsync();
        await using NpgsqlTransaction open = await first.BeginTransactionAsync(), beside = await second.BeginTransactionAsync();
        await _store.FenceAsync(first, "run/1", 7, CancellationToken.None);
        await WaitAtMostAsync(second, 2_000);
        await _store.FenceAsync(second, "run/1", 7, CancellationToken.None);
    }

    [Fact]
    public async Task Fence_HeldByAnOlderEpoch_WaitsAndThenRefusesIt()
    {
        await EffectAsync("run/1", 6, "a");
        await using NpgsqlConnection first = await _dataSource.OpenConnectionAsync(), second = await _dataSource.OpenConnectionAsync();
        await using NpgsqlTransaction open = await first.BeginTransactionAsync();
        await _store.FenceAsync(first, "run/1", 6, CancellationToken.None);
        await using (NpgsqlTransaction early = await second.BeginTransactionAsync())
        {
            await WaitAtMostAsync(second, 100);
            PostgresException waited = await Assert.ThrowsAsync<PostgresException>(() => _store.FenceAsync(second, "run/1", 7, CancellationToken.None));
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, waited.SqlState);
        }

        await open.CommitAsync();
        Assert.True(await EffectAsync("run/1", 7, "b"));
        await Assert.ThrowsAsync<EpochStaleException>(() => EffectAsync("run/1", 6, "c"));
    }

    [Fact]
    public async Task Fence_RaisedWhileAnOlderEpochWaits_RefusesIt()
    {
        await EffectAsync("run/1", 6, "a");
        await using NpgsqlConnection first = await _dataSource.OpenConnectionAsync();
        await using NpgsqlTransaction open = await first.BeginTransactionAsync();
        await _store.FenceAsync(first, "run/1", 7, CancellationToken.None);
        Task<bool> late = EffectAsync("run/1", 6, "b");
        await Deadline.UntilAsync("the older epoch waits", async () =>
        {
            await using NpgsqlCommand waiting = _dataSource.CreateCommand("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
            return (long)(await waiting.ExecuteScalarAsync())! == 1;
        });
        await open.CommitAsync();
        await Assert.ThrowsAsync<EpochStaleException>(() => late);
        Assert.Equal(1L, await CountAsync());
    }

    [Fact]
    public async Task EnsureTables_ByManyAtOnce_Succeeds()
    {
        await using (NpgsqlCommand drop = _dataSource.CreateCommand("drop table eq_fence, eq_effects"))
        {
            await drop.ExecuteNonQueryAsync();
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using NpgsqlConnection connection = await _dataSource.OpenConnectionAsync();
            await _store.EnsureTablesAsync(connection, CancellationToken.None);
        }));
        Assert.True(await EffectAsync("run/1", 1, "a"));
    }

    private static async Task WaitAtMostAsync(NpgsqlConnection connection, int milliseconds)
    {
        await using var limit = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"set local lock_timeout = {milliseconds}"), connection);
        await limit.ExecuteNonQueryAsync();
    }

    private Task<bool> EffectAsync(string resource, long epoch, string key) =>
        Transactions.RunAsync(
            _dataSource,
            "effect",
            async (connection, token) =>
            {
                await _store.FenceAsync(connection, resource, epoch, token);
                if (!await _store.TryClaimAsync(connection, key, token))
                {
                    return false;
                }

                await using var insert = new NpgsqlCommand("insert into rows values (1)", connection);
                await insert.ExecuteNonQueryAsync(token);
                return true;
            },
            Deadline.In(30));

    private async Task<object?> CountAsync()
    {
        await using NpgsqlCommand command = _dataSource.CreateCommand("select count(*) from rows");
        return await command.ExecuteScalarAsync();
    }
}
