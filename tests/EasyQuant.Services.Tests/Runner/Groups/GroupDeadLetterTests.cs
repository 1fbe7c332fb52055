using EasyQuant.Contracts.Group.V1;
using EasyQuant.Persistence.Streams;
using EasyQuant.Testing;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>The list of parked chunks of a start that ends before its groups do.</summary>
public sealed class GroupDeadLetterTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const int Files = 4;
    // Far more than one page of a report: with one report a second the list lags behind.
    private const int ParkedMin = 250;

    [Theory]
    [InlineData(StartState.Stopped)]
    [InlineData(StartState.Failed)]
    public async Task DeadLetters_StartEndsBeforeItsGroup_AreAllListed(StartState end)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await WriteFilesAsync(host, Files);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        NpgsqlConnection held = await HoldTableAsync(host, deadline.Token);
        // The last group keeps the start alive until the table is released, and fails then.
        GroupStart start = await StartAsync(
            host,
            """
            {"schema":"easyquant/groups/1","name":"cut-short","topics":[{"name":"bars","deliveriesMax":1,"chunkRowsMax":1,"lengthMax":2000}],"groups":[
              {"id":"read","outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":200}}]},
              {"id":"refuse","inputQueue":"bars","nodes":[{"id":"f","type":"FactorCalc","params":{"factors":[{"name":"x","kind":"mean","column":"nothing"}]}},{"id":"save","type":"DbSave","params":{"table":"never"}}]},
              {"id":"last","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/600000.SH.csv","chunkSize":200}},{"id":"only","type":"Transform","params":{"columns":["symbol"]}},{"id":"save","type":"DbSave","params":{"table":"held"}}]}]}
            """);
        while (await ParkedAsync(host, deadline.Token) < ParkedMin)
        {
            await Task.Delay(20, deadline.Token);
        }

        if (end == StartState.Stopped)
        {
            await host.Workflow.Groups.StopGroupStartAsync(new StopGroupStartRequest { StartId = start.StartId });
        }
        else
        {
            await held.DisposeAsync();
        }

        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        await held.DisposeAsync();
        Assert.Equal(end, ended.State);
        // After the end one run tells of what was parked, when the replicas cannot, and another deletes the queues.
        while (await host.HasQueueAsync($"data.{start.StartId}.bars.refuse", CancellationToken.None)
            || await ScalarAsync(host, "select count(*) from workflow.runs where labels::jsonb->>'group' like '*%' and state <> 4", CancellationToken.None) > 0)
        {
            Assert.False(deadline.IsCancellationRequested, $"The queue, or a run after the end, is still there; runs: {await RunsAsync(host)}");
            await Task.Delay(50, CancellationToken.None);
        }

        long parked = await ParkedAsync(host, deadline.Token);
        Assert.InRange(parked, ParkedMin, Files * DaysPerFile);
        Assert.Equal(parked, await ListedAsync(host, start));
        GroupStart told = (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start;
        Assert.Equal(parked, told.Groups[1].Sums.DeadLetterCount);
    }

    private static Task<long> ParkedAsync(RunnerHost host, CancellationToken cancellationToken) =>
        ScalarAsync(host, "select count(*) from data.eq_stream_parked", cancellationToken);

    private static async Task<string> RunsAsync(RunnerHost host)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(
            "select string_agg(format('%s: state %s, crashes %s, error %s', labels::jsonb ->> 'group', state, crash_count, encode(error, 'escape')), '; ') from workflow.runs");
        return await command.ExecuteScalarAsync(CancellationToken.None) as string ?? "none";
    }

    private static async Task<long> ListedAsync(RunnerHost host, GroupStart start)
    {
        var request = new ListDeadLettersRequest { StartId = start.StartId, GroupId = "refuse", PageSize = 500 };
        var known = new HashSet<(int, long)>();
        do
        {
            ListDeadLettersResponse page = await host.Workflow.Groups.ListDeadLettersAsync(request);
            known.UnionWith(page.DeadLetters.Select(letter => (letter.Shard, letter.Sequence)));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return known.Count;
    }

    // A table that nobody can write into until what is returned is disposed of, and that refuses every row then.
    private static async Task<NpgsqlConnection> HoldTableAsync(RunnerHost host, CancellationToken cancellationToken)
    {
        // The Runner makes the schema of the project by itself.
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", cancellationToken) == 0)
        {
            await Task.Delay(50, cancellationToken);
        }

        NpgsqlConnection connection = await host.Workflow.DataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "set role eq_data_default", cancellationToken);
        await new StreamStore("data").EnsureTablesAsync(connection, cancellationToken);
        await ExecuteAsync(connection, "create table data.held(symbol text check (symbol = ''))", cancellationToken);
        await ExecuteAsync(connection, "reset role", cancellationToken);
        await ExecuteAsync(connection, "begin; set local idle_in_transaction_session_timeout = 0; lock table data.held in access exclusive mode", cancellationToken);
        return connection;
    }
}
