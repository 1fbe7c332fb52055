using EasyQuant.Persistence;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Migrations;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence;

[Collection(Servers.Name)]
public sealed class MigratorTests(TestServersFixture fixture) : IAsyncLifetime
{
    private NpgsqlDataSource _dataSource = null!;

    public async Task InitializeAsync() =>
        _dataSource = NpgsqlDataSource.Create(await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)));

    public async Task DisposeAsync() => await _dataSource.DisposeAsync();

    [Fact]
    public async Task Apply_EmptyDatabase_AppliesAllOnce()
    {
        Assert.Equal(2, await ApplyAsync());
        Assert.Equal(0, await ApplyAsync());
        Assert.Equal(1L, await ScalarAsync("select count(*) from test.second"));
    }

    [Fact]
    public async Task Apply_ByManyAtOnce_AppliesEachStepOnce()
    {
        int[] counts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ApplyAsync()));
        Assert.Equal(2, counts.Sum());
    }

    [Fact]
    public async Task Apply_FailsBeforeCommit_LeavesNothingAndCompletesNextTime()
    {
        using (Failpoints.Arm("migrator.before-commit:throw:*"))
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await Assert.ThrowsAnyAsync<Exception>(() => Migrator.ApplyAsync(_dataSource, "test", typeof(MigratorTests).Assembly, deadline.Token));
        }

        Assert.Equal(0L, await ScalarAsync("select count(*) from pg_namespace where nspname = 'test'"));
        Assert.Equal(2, await ApplyAsync());
    }

    [Fact]
    public async Task Apply_DatabaseIsNewer_Refuses()
    {
        await ApplyAsync();
        await ScalarAsync("insert into test.eq_migrations(version, name, checksum) values (3, 'third', 'x') returning 1");
        MigrationException refused = await Assert.ThrowsAsync<MigrationException>(ApplyAsync);
        Assert.Equal("Schema test is newer than this program: it has step 3, this program knows 2. Start the newer program.", refused.Message);
    }

    [Fact]
    public async Task Apply_AppliedFileChanged_Refuses()
    {
        await ApplyAsync();
        await ScalarAsync("update test.eq_migrations set checksum = repeat('0', 64) where version = 1 returning 1");
        MigrationException refused = await Assert.ThrowsAsync<MigrationException>(ApplyAsync);
        Assert.StartsWith("Step 001_first of schema test was changed after it was applied", refused.Message, StringComparison.Ordinal);
    }

    private Task<int> ApplyAsync() => Migrator.ApplyAsync(_dataSource, "test", typeof(MigratorTests).Assembly, Deadline.In(30));

    private async Task<object?> ScalarAsync(string sql)
    {
        await using NpgsqlCommand command = _dataSource.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
