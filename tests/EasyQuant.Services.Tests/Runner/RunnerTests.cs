using System.Collections.Concurrent;
using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using Google.Protobuf.WellKnownTypes;
using Npgsql;

namespace EasyQuant.Services.Tests.Runner;

public sealed class RunnerTests(RunnerFixture fixture) : IClassFixture<RunnerFixture>
{
    private const string Endless =
        """
        "nodes":[{"id":"items","type":"JsonMap","params":{"value":[1]}},
          {"id":"batch","type":"BatchScheduler","params":{"workflow":"failing","params":{},"itemAttempts":20,"itemRetryDelay":3600}}],
        "edges":[{"from":"items.value","to":"batch.items"}]
        """;

    private const string Failing = """  "nodes":[{"id":"f","type":"JsonMap","params":{"value":{"a":1},"fields":["missing"]}}]  """;

    private readonly RunnerHost _host = fixture.Host;

    [Fact]
    public async Task Start_NodeTypes_AreRegisteredWithWorkflow()
    {
        ListNodeDefinitionsResponse nodes = await _host.Workflow.Nodes.ListNodeDefinitionsAsync(new ListNodeDefinitionsRequest());
        NodeDefinition batch = nodes.Nodes.Single(n => n.Type == "BatchScheduler");
        Assert.Equal("批量调度", batch.Title.Zh);
        Assert.Equal("目标工作流", batch.ParametersSchema.Fields["properties"].StructValue.Fields["workflow"].StructValue
            .Fields["x-i18n"].StructValue.Fields["title"].StructValue.Fields["zh"].StringValue);
    }

    [Fact]
    public async Task Run_WithBranch_SucceedsAndSkipsTheOtherSide()
    {
        await _host.CreateAsync(
            "branching",
            """
            "inputs":[{"name":"n","type":"integer","required":true}],"outputs":[{"name":"yes","from":"big.value"}],
            "nodes":[{"id":"n","type":"JsonMap","params":{"value":{"n":"${inputs.n}"}}},{"id":"b","type":"Branch","params":{"left":"${item.n}","operator":"greater","right":10}},
              {"id":"big","type":"JsonMap","params":{"value":"big ${item.n} on ${run.project}"}},{"id":"small","type":"JsonMap"}],
            "edges":[{"from":"n.value","to":"b.value"},{"from":"b.true","to":"big.value"},{"from":"b.false","to":"small.value"}]
            """);
        Run run = await _host.WaitAsync((await _host.StartAsync("branching", """{"n":11}""")).RunId);
        Assert.Equal((RunState.Succeeded, "big 11 on default"), (run.State, run.Outputs.Fields["yes"].StringValue));
        IReadOnlyList<Step> steps = await _host.StepsAsync(run.RunId);
        Assert.Equal(["n", "b", "big", "small"], steps.Select(s => s.NodeId));
        Assert.Equal([StepState.Succeeded, StepState.Succeeded, StepState.Succeeded, StepState.Skipped], steps.Select(s => s.State));
    }

    [Fact]
    public async Task Run_Batch_GivesATableThatWorkflowCanRead()
    {
        await _host.CreateAsync("square", """  "inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"out","from":"m.value"}],"nodes":[{"id":"m","type":"JsonMap","params":{"value":{"double":"${inputs.n}"}}}]  """);
        await _host.CreateAsync(
            "squares",
            """
            "outputs":[{"name":"table","from":"sort.table"}],
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{"n":1},{"n":2},{"n":3}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"square"}},
              {"id":"sort","type":"SortTable","params":{"by":"double","descending":true}}],
            "edges":[{"from":"items.value","to":"batch.items"},{"from":"batch.table","to":"sort.table"}]
            """);
        Run run = await _host.WaitAsync((await _host.StartAsync("squares")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Assert.Equal(64, run.Outputs.Fields["table"].StructValue.Fields["table"].StructValue.Fields["artifact"].StringValue.Length);
        ReadStepTableResponse table = await _host.Workflow.Runs.ReadStepTableAsync(new ReadStepTableRequest { RunId = run.RunId, NodeId = "sort", Port = "table" });
        Assert.Equal(3, table.TotalRowCount);
        Step batch = (await _host.StepsAsync(run.RunId)).Single(s => s.NodeId == "batch");
        Assert.Equal((3L, 3L, 3L), (batch.Metrics.RowsIn, batch.Metrics.ItemsDone, batch.Metrics.ItemsTotal));
    }

    [Fact]
    public async Task Run_FailingNode_FailsWithItsReason()
    {
        await _host.CreateAsync("fails", Failing);
        Run run = await _host.WaitAsync((await _host.StartAsync("fails")).RunId);
        Assert.Equal((RunState.Failed, "FIELD_MISSING", "f"), (run.State, run.Error.Reason, run.Error.NodeId));
    }

    [Fact]
    public async Task Run_FailingBranch_OthersEndAndARetryRunsWhatWasSkippedBecauseOfIt()
    {
        await _host.CreateAsync(
            "two-branches",
            """
            "outputs":[{"name":"rows","from":"b.value"}],
            "nodes":[{"id":"f","type":"CsvLoader","params":{"path":"late.csv"}},{"id":"d","type":"JsonMap","params":{"value":"${nodes.f.rows}"}},
              {"id":"a","type":"JsonMap","params":{"value":{"n":1}}},{"id":"b","type":"JsonMap","params":{"value":"${nodes.d.value}"}},
              {"id":"s","type":"Branch","params":{"left":"${item.n}","operator":"greater","right":10}},{"id":"never","type":"JsonMap"}],
            "edges":[{"from":"a.value","to":"s.value"},{"from":"s.true","to":"never.value"}]
            """);
        Run run = await _host.WaitAsync((await _host.StartAsync("two-branches")).RunId);
        Assert.Equal((RunState.Failed, "FILE_NOT_FOUND", "f", 5), (run.State, run.Error.Reason, run.Error.NodeId, run.FinishedStepCount));
        Dictionary<string, Step> steps = (await _host.StepsAsync(run.RunId)).ToDictionary(step => step.NodeId);
        Assert.Equal((StepState.Failed, StepState.Succeeded, StepState.Succeeded), (steps["f"].State, steps["a"].State, steps["s"].State));
        Assert.All(new[] { "d", "b" }, id => Assert.Equal((StepState.Skipped, "UPSTREAM_FAILED", "f"), (steps[id].State, steps[id].Error.Reason, steps[id].Error.NodeId)));
        Assert.Equal((StepState.Skipped, null), (steps["never"].State, steps["never"].Error));

        // Also when it starts from a step beside the failed one.
        await _host.Workflow.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId, FromNodeId = "s" });
        run = await _host.WaitAsync(run.RunId);
        steps = (await _host.StepsAsync(run.RunId)).ToDictionary(step => step.NodeId);
        Assert.Equal((RunState.Failed, 5, 2, 1, 2), (run.State, run.FinishedStepCount, steps["f"].Attempt, steps["a"].Attempt, steps["s"].Attempt));

        string folder = Path.Combine(_host.Workflow.DataRoot, "files", "default");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "late.csv"), "symbol,date,open,high,low,close,volume,amount\n600000.SH,2026-01-05,10,11,9,10,1000,10500\n");
        await _host.Workflow.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId });
        run = await _host.WaitAsync(run.RunId);
        Assert.Equal((RunState.Succeeded, 6, 1d), (run.State, run.FinishedStepCount, run.Outputs.Fields["rows"].NumberValue));
        steps = (await _host.StepsAsync(run.RunId)).ToDictionary(step => step.NodeId);
        Assert.Equal((3, 1, StepState.Skipped), (steps["f"].Attempt, steps["a"].Attempt, steps["never"].State));
        Assert.All(steps.Values, step => Assert.Null(step.Error));
    }

    [Fact]
    public async Task Run_FileOutsideTheRoot_IsRefused()
    {
        await _host.CreateAsync("outside", """  "nodes":[{"id":"l","type":"CsvLoader","params":{"path":"../../etc/passwd"}}]  """);
        Run run = await _host.WaitAsync((await _host.StartAsync("outside")).RunId);
        Assert.Equal("FILE_OUTSIDE_ROOT", run.Error.Reason);
    }

    [Fact]
    public async Task Run_Cancelled_StopsTheNode()
    {
        await EnsureEndlessAsync("endless-cancel");
        Run run = await _host.StartAsync("endless-cancel");
        await _host.WaitAsync(run.RunId, r => r.State == RunState.Running && r.FinishedStepCount == 1);
        await _host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "test" });
        Assert.Equal(RunState.Cancelled, (await _host.WaitAsync(run.RunId)).State);
    }

    [Fact]
    public async Task Run_TimeIsOver_FailsAndSaysSo()
    {
        await EnsureEndlessAsync("endless-time");
        Run run = await StartAsync(new RunSpec { WorkflowName = "endless-time", Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });
        Run ended = await _host.WaitAsync(run.RunId);
        Assert.Equal((RunState.Failed, "RUN_TIMEOUT"), (ended.State, ended.Error?.Reason));
    }

    [Fact]
    public async Task Run_WantsLabelsAndRegion_IsTakenByARunnerThatHasThem()
    {
        await _host.CreateAsync("placed", """  "nodes":[{"id":"m","type":"JsonMap","params":{"value":1}}]  """);
        Run other = await StartAsync(new RunSpec { WorkflowName = "placed", Placement = new RunPlacement { Labels = { ["disk"] = "hdd" } } });
        Run run = await StartAsync(new RunSpec { WorkflowName = "placed", Placement = new RunPlacement { Region = "cn-east", RegionRequired = true, Labels = { ["disk"] = "ssd" } } });
        Assert.Equal(RunState.Succeeded, (await _host.WaitAsync(run.RunId)).State);
        Assert.Equal(RunState.Queued, (await _host.WaitAsync(other.RunId, _ => true)).State);
    }

    [Fact]
    public async Task Run_LeaseTaken_StopsAndContinuesUnderTheNextEpoch()
    {
        await EnsureEndlessAsync("endless-lease");
        Run run = await _host.StartAsync("endless-lease");
        Run first = await _host.WaitAsync(run.RunId, r => r.State == RunState.Running && r.FinishedStepCount == 1);
        await _host.Workflow.ExpireLeaseAsync(run.RunId);
        Run second = await _host.WaitAsync(run.RunId, r => r.Epoch > first.Epoch && r.State == RunState.Running);
        Assert.Equal(1, second.FinishedStepCount);
        await _host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId });
        await _host.WaitAsync(run.RunId);
    }

    [Fact]
    public async Task Run_EveryNode_StandsInTheTraceOfItsCreation()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("EasyQuant.", StringComparison.Ordinal) || source.Name == "Test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await _host.CreateAsync("traced", """  "nodes":[{"id":"a","type":"JsonMap","params":{"value":1}},{"id":"b","type":"JsonMap","params":{"value":2}}]  """);
        using var source = new ActivitySource("Test");
        using Activity root = source.StartActivity("click")!;
        Run run = await _host.StartAsync("traced");
        await _host.WaitAsync(run.RunId);
        string[] nodes = ["a", "b"];
        await WaitForAsync(() => nodes.All(id => spans.Any(s => s.TraceId == root.TraceId && (string?)s.GetTagItem("easyquant.step_id") == id))
            && spans.Any(s => s.TraceId == root.TraceId && (string?)s.GetTagItem("easyquant.run_id") == run.RunId && s.OperationName == "run traced"));
        Assert.Equal(root.TraceId.ToHexString(), run.TraceId);
    }

    [Fact]
    public async Task NodeRole_OtherSchemas_AreClosed()
    {
        var builder = new NpgsqlConnectionStringBuilder(_host.Workflow.ConnectionString) { Username = "eq_data_default", Password = _host.Settings["EASYQUANT_DATA_PASSWORD"] };
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(builder.ConnectionString);
        await WaitForAsync(async () =>
        {
            try
            {
                await using NpgsqlCommand own = source.CreateCommand("select count(*) from data.eq_effects");
                return await own.ExecuteScalarAsync() is not null;
            }
            catch (PostgresException)
            {
                return false;
            }
        });
        await using NpgsqlCommand foreign = source.CreateCommand("select count(*) from workflow.runs");
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => foreign.ExecuteScalarAsync());
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    private async Task<Run> StartAsync(RunSpec spec)
    {
        spec.RequestId = Guid.NewGuid().ToString();
        return (await _host.Workflow.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } })).Runs[0];
    }

    private async Task EnsureEndlessAsync(string name)
    {
        try
        {
            await _host.CreateAsync("failing", Failing);
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.AlreadyExists)
        {
            // Another test of this class made it.
        }

        await _host.CreateAsync(name, Endless);
    }

    private static Task WaitForAsync(Func<bool> isReached) => WaitForAsync(() => Task.FromResult(isReached()));

    private static async Task WaitForAsync(Func<Task<bool>> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (!await isReached())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
