using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;
using RunState = EasyQuant.Contracts.Run.V1.RunState;

namespace EasyQuant.Services.Tests.Runner.Groups;

/// <summary>Process groups that upsert: what comes late overwrites nothing that is newer.</summary>
public sealed class GroupUpsertTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Definition =
        """
        {"schema":"easyquant/groups/1","name":"latest","topics":[{"name":"bars","deliveriesMax":1}],"groups":[
          {"id":"read","outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":1}}]},
          {"id":"keep","inputQueue":"bars","nodes":[{"id":"only","type":"Transform","params":{"columns":["symbol","close"]}},
            {"id":"save","type":"DbSave","params":{"table":"latest","mode":"upsert","keys":["symbol"]}}]}]}
        """;

    [Fact]
    public async Task Upsert_OlderChunkArrivesLast_TheNewerValueStaysUntilALaterStart()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", deadline.Token) == 0)
        {
            await Task.Delay(50, deadline.Token);
        }

        // The table refuses the chunk in the middle; it is parked and comes again when the others are through.
        await ExecuteAsync(
            host, "create table data.latest(symbol text primary key, close numeric(19,4) check (close <> 12)); alter table data.latest owner to eq_data_default", deadline.Token);
        await WriteAsync(host, 11, 12, 13);
        GroupStart start = await StartAsync(host, Definition);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        for (int i = 0; i < 10 && ended.Groups[1].Sums.DeadLetterCount == 0; i++)
        {
            // The chunk in the middle came last by itself: nothing was written, and so nothing refused.
            await ExecuteAsync(host, "truncate data.latest", deadline.Token);
            start = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = "latest" })).Start;
            ended = await WaitForEndAsync(host, start, deadline.Token);
        }

        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((2L, 1L), (ended.Groups[1].Sums.ChunkCount, ended.Groups[1].Sums.DeadLetterCount));
        Assert.Equal(13, await CloseAsync(host, deadline.Token));

        await ExecuteAsync(host, "alter table data.latest drop constraint latest_close_check", deadline.Token);
        await ReplayAsync(host, start);

        GroupStart replayed = (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start;
        Assert.Equal((3L, 0L), (replayed.Groups[1].Sums.ChunkCount, replayed.Groups[1].Sums.DeadLetterCount));
        Assert.Equal(13, await CloseAsync(host, deadline.Token));

        // A later start begins at the first position again, and its rows are newer all the same.
        await WriteAsync(host, 12);
        GroupStart later = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = "latest" })).Start;
        Assert.Equal(StartState.Succeeded, (await WaitForEndAsync(host, later, deadline.Token)).State);
        Assert.Equal(12, await CloseAsync(host, deadline.Token));
    }

    private static async Task ReplayAsync(RunnerHost host, GroupStart start)
    {
        string runId = (await host.Workflow.Groups.ReplayDeadLettersAsync(new ReplayDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).RunId;
        Run run = await host.WaitAsync(runId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
    }

    private static Task<long> CloseAsync(RunnerHost host, CancellationToken cancellationToken) =>
        ScalarAsync(host, "select sum(close)::bigint from data.latest", cancellationToken);

    private static async Task WriteAsync(RunnerHost host, params int[] closes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(host.Workflow.DataRoot, "files", "default", "csv")).FullName;
        IEnumerable<string> rows = closes.Select((close, i) => string.Create(
            CultureInfo.InvariantCulture, $"600000.SH,{new DateOnly(2024, 1, 1).AddDays(i):yyyy-MM-dd},{close},{close},{close},{close},1000,10500"));
        await File.WriteAllTextAsync(Path.Combine(folder, "600000.SH.csv"), $"symbol,date,open,high,low,close,volume,amount\n{string.Join('\n', rows)}\n");
    }

    private static async Task ExecuteAsync(RunnerHost host, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
