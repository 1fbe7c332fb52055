using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupPoolerTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    [Theory]
    [InlineData("runners")]
    [InlineData("processes")]
    public async Task Pooler_TransactionsOverTwoConnections_EveryRowOnce(string placement)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using PgBouncer pooler = await StartPoolerAsync(deadline.Token);
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:DataPooler"] = pooler.Address }, lease: "00:00:20");
        await WriteFilesAsync(host, 40);
        GroupStart start = await StartAsync(
            host,
            $$$"""
            {"schema":"easyquant/groups/1","name":"pooled","topics":[{"name":"bars","lengthMax":8}],"groups":[
              {"id":"read","replicas":2,"shards":4,"placement":"{{{placement}}}","outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":200}}]},
              {"id":"keep","replicas":2,"threads":3,"placement":"{{{placement}}}","inputQueue":"bars","nodes":[{"id":"save","type":"DbSave","params":{"table":"kept","mode":"upsert","keys":["symbol","trading_date"]}}]}]}
            """);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal(40L * DaysPerFile, await ScalarAsync(host, "select count(*) from data.kept", deadline.Token));
        Assert.Equal(0L, ended.Groups.Sum(group => group.Sums.ErrorCount));
        // Nothing went past the pooler: it names itself to the server by the two connections of the role.
        Assert.InRange(await ScalarAsync(host, "select count(*) from pg_stat_activity where usename = 'eq_data_default' and datname = current_database()", deadline.Token), 1, 2);
    }

    [Fact]
    public async Task Pooler_QueryAfterManySaves_SeesItsSchemaAndItsLimits()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await using PgBouncer pooler = await StartPoolerAsync(deadline.Token);
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:DataPooler"] = pooler.Address }, lease: "00:00:20");
        await host.CreateAsync("limits", """
            "nodes":[{"id":"q","type":"DbQuery","params":{"sql":"select current_setting('search_path') as path, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock"}}]
            """);
        for (int i = 0; i < 5; i++)
        {
            Run run = await host.WaitAsync((await host.StartAsync("limits")).RunId);
            Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        }

        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(
            "select array_to_string(setconfig, ';') from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where rolname = 'eq_data_default'");
        string settings = (string)(await command.ExecuteScalarAsync(deadline.Token))!;
        Assert.Contains("search_path=data, public", settings, StringComparison.Ordinal);
        Assert.Contains("statement_timeout=10000ms", settings, StringComparison.Ordinal);
    }

    private async Task<PgBouncer> StartPoolerAsync(CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(fixture.Servers.PostgresConnectionString);
        return await PgBouncer.StartAsync((server.Host!, server.Port), "eq_data_default", RunnerHost.DataPassword, serverConnections: 2, cancellationToken);
    }
}
