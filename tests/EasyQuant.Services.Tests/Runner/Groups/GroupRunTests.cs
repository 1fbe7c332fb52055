using System.Diagnostics;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using static EasyQuant.Services.Tests.Runner.Groups.GroupRuns;
using RunState = EasyQuant.Contracts.Run.V1.RunState;

namespace EasyQuant.Services.Tests.Runner.Groups;

public sealed class GroupRunTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    [Fact]
    public async Task ReadersAndProcessors_ScaledUpAndARunnerKilled_EveryRowOnce()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false);
        await WriteFilesAsync(host);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using Process doomed = StartRunner(host);
        using Process? survivor = StartRunnerLater(host, out Action startSurvivor);
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            string definition = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "samples", "groups", "readers-and-processors.json"), deadline.Token);
            await host.Workflow.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest { Definition = JsonParser.Default.Parse<GroupsDefinition>(definition) });
            // The queue fills, and both readers wait in the middle of their files until the Runner is dead.
            IAsyncDisposable held = await HoldConsumersAsync(host, deadline.Token);
            GroupStart start = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = "readers-and-processors" })).Start;
            await WaitAsync(host, start, one => one.Groups[0].RunningCount == 2, deadline.Token);
            doomed.Kill();
            startSurvivor();
            await host.Workflow.Groups.ScaleGroupAsync(new ScaleGroupRequest { StartId = start.StartId, GroupId = "processors", Replicas = 3 });
            await held.DisposeAsync();
            GroupStart ended = await WaitAsync(
                host, start, one => one.State is StartState.Succeeded or StartState.Failed or StartState.Stopped, deadline.Token);
            Assert.True(ended.State == StartState.Succeeded, ended.ToString());
            Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from data.factors", deadline.Token));
            Assert.Equal(RowCount, await ScalarAsync(host, "select count(*) from (select distinct symbol, trading_date from data.factors) as k", deadline.Token));
            Assert.Equal([RowCount, RowCount], ended.Groups.Select(group => group.Sums.RowCount));
            Assert.Equal(ended.Groups[0].Sums.ChunkCount, ended.Groups[1].Sums.ChunkCount);
            Assert.Equal(3, ended.Groups[1].Runs.Count);
            Assert.Contains(ended.Groups[0].Runs, run => run.CrashCount > 0);
            Assert.All(ended.Groups.SelectMany(group => group.Runs), run => Assert.Equal(RunState.Succeeded, run.State));
        }
        finally
        {
            Stop(doomed);
            Stop(survivor);
        }
    }

    [Fact]
    public async Task Poison_ColumnMissing_IsParkedWithItsReasonAndTheStartEnds()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await WriteFilesAsync(host, 8);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await host.Workflow.Groups.CreateProcessSchedulerAsync(new CreateProcessSchedulerRequest
        {
            Definition = JsonParser.Default.Parse<GroupsDefinition>(
                """
                {"schema":"easyquant/groups/1","name":"poison","topics":[{"name":"bars","deliveriesMax":2}],"groups":[
                  {"id":"read","shards":2,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":200}}]},
                  {"id":"relay","inputQueue":"bars","outputQueue":"made","nodes":[{"id":"t","type":"Transform","params":{"compute":[{"name":"range","operation":"difference","left":"high","right":"low"}]}}]},
                  {"id":"keep","inputQueue":"made","nodes":[{"id":"save","type":"DbSave","params":{"table":"kept"}}]},
                  {"id":"refuse","inputQueue":"made","nodes":[{"id":"f","type":"FactorCalc","params":{"factors":[{"name":"x","kind":"mean","column":"nothing"}]}},{"id":"save","type":"DbSave","params":{"table":"never"}}]}]}
                """),
        });
        GroupStart start = (await host.Workflow.Groups.StartProcessSchedulerAsync(new StartProcessSchedulerRequest { Name = "poison" })).Start;
        GroupStart ended = await WaitAsync(host, start, one => one.State is StartState.Succeeded or StartState.Failed, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((8L * DaysPerFile, 8L, 0L), (ended.Groups[2].Sums.RowCount, ended.Groups[2].Sums.ChunkCount, ended.Groups[2].Sums.DeadLetterCount));
        Assert.Equal((0L, 8L), (ended.Groups[3].Sums.RowCount, ended.Groups[3].Sums.DeadLetterCount));
        Assert.True(ended.Groups[3].Sums.ErrorCount >= 8, ended.Groups[3].ToString());
        Assert.Equal(["consume", "f", "save"], ended.Groups[3].Stages.Select(stage => stage.NodeId));
        Assert.True(ended.Groups[3].Stages[1] is { ChunkCount: 0, ErrorCount: >= 8 }, ended.Groups[3].ToString());
        Assert.Equal((8L * DaysPerFile, 8L, 0L), (ended.Groups[2].Stages[1].RowCount, ended.Groups[2].Stages[1].ChunkCount, ended.Groups[2].Stages[1].ErrorCount));
        Assert.Equal(8L, await ScalarAsync(host, "select count(*) from data.eq_stream_parked where reason = 'COLUMN_MISSING'", deadline.Token));
        Assert.Equal(8L * DaysPerFile, await ScalarAsync(host, "select count(*) from data.kept where range is not null", deadline.Token));
        var request = new ListDeadLettersRequest { StartId = start.StartId, GroupId = "refuse", PageSize = 3 };
        var letters = new List<DeadLetter>();
        do
        {
            ListDeadLettersResponse page = await host.Workflow.Groups.ListDeadLettersAsync(request);
            Assert.InRange(page.DeadLetters.Count, 1, 3);
            letters.AddRange(page.DeadLetters);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal(8, letters.Select(letter => (letter.Shard, letter.Sequence)).Distinct().Count());
        Assert.All(letters, letter => Assert.Equal(
            ("made", "COLUMN_MISSING", 0, DaysPerFile, true, DeadLetterState.Parked),
            (letter.Topic, letter.Reason, letter.ReplayCount, letter.RowCount, letter.Replayable, letter.State)));
        Assert.All(letters, letter => Assert.True(letter is { HasShard: true, DeliveryCount: >= 2, ByteCount: > DaysPerFile } && letter.Detail.Contains("nothing", StringComparison.Ordinal), letter.ToString()));
        Assert.All(letters, letter => Assert.InRange(letter.FirstTime.ToDateTimeOffset(), start.CreateTime.ToDateTimeOffset().AddMinutes(-1), ended.EndTime.ToDateTimeOffset().AddMinutes(1)));
        Assert.Empty((await host.Workflow.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).DeadLetters);
    }

    [Fact]
    public async Task Replay_AfterTheCauseIsGone_ConsumesTheParkedChunksOnce()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await WriteFilesAsync(host, 6);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        // The Runner makes the schema of the project by itself.
        while (await ScalarAsync(host, "select count(*) from pg_namespace where nspname = 'data'", deadline.Token) == 0)
        {
            await Task.Delay(50, deadline.Token);
        }

        await ExecuteAsync(host, "create table data.strict(symbol text check (symbol <> '600003.SH')); alter table data.strict owner to eq_data_default", deadline.Token);
        GroupStart start = await StartAsync(
            host,
            """
            {"schema":"easyquant/groups/1","name":"replayed","topics":[{"name":"bars","deliveriesMax":2}],"groups":[
              {"id":"read","shards":2,"outputQueue":"bars","nodes":[{"id":"load","type":"CsvLoader","params":{"path":"csv/*.csv","chunkSize":200}}]},
              {"id":"keep","inputQueue":"bars","nodes":[{"id":"only","type":"Transform","params":{"columns":["symbol"]}},{"id":"save","type":"DbSave","params":{"table":"strict"}}]}]}
            """);
        GroupStart ended = await WaitForEndAsync(host, start, deadline.Token);
        Assert.True(ended.State == StartState.Succeeded, ended.ToString());
        Assert.Equal((5L, 1L), (ended.Groups[1].Sums.ChunkCount, ended.Groups[1].Sums.DeadLetterCount));
        DeadLetter letter = await DeadLetterAsync(host, start);
        Assert.True(letter is { DeliveryCount: >= 2, ReplayCount: 0, State: DeadLetterState.Parked }, letter.ToString());
        Assert.Equal((1, 0, 1), await ReplayAsync(host, start));
        letter = await DeadLetterAsync(host, start);
        Assert.Equal((1, 1, DeadLetterState.Parked, "DATABASE_FAILED"), (letter.DeliveryCount, letter.ReplayCount, letter.State, letter.Reason));
        await ExecuteAsync(host, "alter table data.strict drop constraint strict_symbol_check", deadline.Token);
        Assert.Equal((1, 1, 0), await ReplayAsync(host, start));
        Assert.Equal((0, 0, 0), await ReplayAsync(host, start));
        Assert.Empty((await host.Workflow.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).DeadLetters);
        Assert.Equal((2, DeadLetterState.Resolved), await DeadLetterAsync(host, start) is { } resolved ? (resolved.ReplayCount, resolved.State) : default);
        Assert.Equal(6L * DaysPerFile, await ScalarAsync(host, "select count(*) from data.strict", deadline.Token));
        GroupStart after = (await host.Workflow.Groups.GetGroupStartAsync(new GetGroupStartRequest { StartId = start.StartId })).Start;
        Assert.Equal((6L, 0L, 6L * DaysPerFile), (after.Groups[1].Sums.ChunkCount, after.Groups[1].Sums.DeadLetterCount, after.Groups[1].Sums.RowCount));
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Workflow.Groups.ReplayDeadLettersAsync(
            new ReplayDeadLettersRequest { StartId = start.StartId, GroupId = "read" }));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    private static async Task<(int Tried, int Consumed, int Parked)> ReplayAsync(RunnerHost host, GroupStart start)
    {
        string runId = (await host.Workflow.Groups.ReplayDeadLettersAsync(new ReplayDeadLettersRequest { StartId = start.StartId, GroupId = "keep" })).RunId;
        Run run = await host.WaitAsync(runId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        MapField<string, Value> sums = (await host.StepsAsync(runId))[0].Outputs.Fields["sums"].StructValue.Fields;
        return ((int)sums["chunks_tried"].NumberValue, (int)sums["chunks_consumed"].NumberValue, (int)sums["chunks_parked_again"].NumberValue);
    }

    private static async Task<DeadLetter> DeadLetterAsync(RunnerHost host, GroupStart start) => Assert.Single(
        (await host.Workflow.Groups.ListDeadLettersAsync(new ListDeadLettersRequest { StartId = start.StartId, GroupId = "keep", IncludeResolved = true })).DeadLetters);

    private static async Task ExecuteAsync(RunnerHost host, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = host.Workflow.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
