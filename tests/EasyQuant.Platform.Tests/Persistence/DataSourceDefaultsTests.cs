using EasyQuant.Persistence;
using EasyQuant.Testing;
using Npgsql;

namespace EasyQuant.Platform.Tests.Persistence;

[Collection(Servers.Name)]
public sealed class DataSourceDefaultsTests(TestServersFixture fixture)
{
    [Fact]
    public async Task Defaults_Applied_BoundEveryWaitOnTheServer()
    {
        var builder = new NpgsqlDataSourceBuilder(await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)));
        DataSourceDefaults.Apply(builder, "eq-test", "test");
        Assert.Equal((10, 15, 2000), (builder.ConnectionStringBuilder.Timeout, builder.ConnectionStringBuilder.CommandTimeout, builder.ConnectionStringBuilder.CancellationTimeout));
        await using NpgsqlDataSource bounded = builder.Build();
        await using NpgsqlCommand command = bounded.CreateCommand(
            "select string_agg(current_setting(s), ',') from unnest(array['statement_timeout','lock_timeout','idle_in_transaction_session_timeout','application_name','search_path']) s");
        Assert.Equal("10s,5s,10s,eq-test,test,public", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Defaults_ShorterTimesInTheConnectionString_AreKept()
    {
        var builder = new NpgsqlDataSourceBuilder(
            await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)) + ";Timeout=4;Command Timeout=3;Cancellation Timeout=500;Maximum Pool Size=2;Options=-c lock_timeout=1234");
        DataSourceDefaults.Apply(builder, "eq-test", "test");
        NpgsqlConnectionStringBuilder kept = builder.ConnectionStringBuilder;
        Assert.Equal((4, 3, 500, 2), (kept.Timeout, kept.CommandTimeout, kept.CancellationTimeout, kept.MaxPoolSize));
        await using NpgsqlDataSource bounded = builder.Build();
        await using NpgsqlCommand command = bounded.CreateCommand("select current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')");
        Assert.Equal("1234ms 10s", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task IndexesPreferred_TableWithoutIndex_IsReadWithoutCompilingTheStatement()
    {
        var builder = new NpgsqlDataSourceBuilder(await fixture.Servers.CreateDatabaseAsync(Deadline.In(30)));
        DataSourceDefaults.Apply(builder, "eq-test", "public");
        DataSourceDefaults.PreferIndexes(builder);
        await using NpgsqlDataSource source = builder.Build();
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("create temporary table staged(k int, v text); explain analyze select * from staged where k > 1", connection);
        var plan = new List<string>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        Assert.Contains(plan, line => line.StartsWith("Seq Scan on staged  (cost=1000000", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("JIT", StringComparison.Ordinal));
    }
}
