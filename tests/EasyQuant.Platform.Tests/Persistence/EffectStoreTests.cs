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
