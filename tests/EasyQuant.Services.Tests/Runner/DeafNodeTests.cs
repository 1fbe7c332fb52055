using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Faults;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Grpc.Monitoring;
using EasyQuant.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using static EasyQuant.Services.Tests.Runner.FanOutTests;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Nodes that do not look at their token: their steps end all the same, and everything else goes on.</summary>
public sealed class DeafNodeTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    // "deaf" never ends, "after" depends on it, "free" does not.
    private const string Deaf =
        """
        "nodes":[{"id":"deaf","type":"Deaf"},{"id":"after","type":"JsonMap"},{"id":"free","type":"JsonMap","params":{"value":1}}],
        "edges":[{"from":"deaf.value","to":"after.value"}]
        """;

    private const string DeafItem =
        """
        "inputs":[{"name":"n","type":"number"}],
        "nodes":[{"id":"n","type":"JsonMap","params":{"value":"${inputs.n}"}},{"id":"deaf","type":"Deaf"}],"edges":[{"from":"n.value","to":"deaf.value"}]
        """;

    private static readonly Dictionary<string, string?> s_settings = new()
    {
        ["Runner:CancelGrace"] = "00:00:00.300", ["Runner:MaxConcurrentRuns"] = "2",
    };

    [Fact]
    public async Task CancelRun_NodeIgnoresIt_EndsAfterTheGraceAndAnotherRunFinishes()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("deaf", Deaf);
        await host.CreateAsync("quick", """ "nodes":[{"id":"one","type":"JsonMap","params":{"value":1}}] """);
        Run run = await host.StartAsync("deaf");
        await WaitForStepAsync(host, run, StepState.Running);
        await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
        await WaitUntilAsync(async () => (await host.StepsAsync(run.RunId))[0].State == StepState.Cancelled);
        Assert.Equal(RunState.Cancelled, (await host.WaitAsync(run.RunId)).State);
        Assert.Equal("NODE_IGNORES_CANCEL", (await host.StepsAsync(run.RunId))[0].Error?.Reason);
        Assert.Equal(0, deaf.EndedCount);
        Assert.Equal(RunState.Succeeded, (await host.WaitAsync((await host.StartAsync("quick")).RunId)).State);
    }

    [Fact]
    public async Task CancelStep_NodeIgnoresIt_IsCancelledAndTheRestGoesOn()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("deaf", Deaf);
        Run run = await host.StartAsync("deaf");
        await WaitForStepAsync(host, run, StepState.Running);
        await host.Workflow.Runs.CancelStepAsync(new CancelStepRequest { RunId = run.RunId, NodeId = "deaf", Cause = "enough" });
        await EndsAsync(host, run, "STEP_CANCELLED", StepState.Cancelled, StepState.Skipped, StepState.Succeeded);
        Assert.Contains("NODE_IGNORES_CANCEL", (await host.StepsAsync(run.RunId))[0].Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StepTimeout_NodeIgnoresIt_FailsWithoutAnotherAttemptAndTheRestGoesOn()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("deaf", Deaf.Replace(
            """ "type":"Deaf" """.Trim(), """ "type":"Deaf","timeout":"0.2s","retry":{"maxAttempts":3,"delay":"0.1s","maxDelay":"1s"} """.Trim(), StringComparison.Ordinal));
        Run run = await host.StartAsync("deaf");
        await EndsAsync(host, run, "NODE_IGNORES_CANCEL", StepState.Failed, StepState.Skipped, StepState.Succeeded);
        Assert.Equal(1, (await host.StepsAsync(run.RunId))[0].Attempt);
        // What was given up ends late and changes nothing.
        deaf.LetGo();
        await WaitUntilAsync(() => Task.FromResult(deaf.EndedCount == 1));
        Assert.Equal(RunState.Failed, (await host.WaitAsync(run.RunId)).State);
        // The same workflow on the same Runner has a graph of its own.
        Run next = await host.WaitAsync((await host.StartAsync("deaf")).RunId);
        Assert.True(next.State == RunState.Succeeded, $"{next.Error}");
    }

    [Fact]
    public async Task RunTimeout_NodeIgnoresIt_FailsTheRun()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?>(s_settings) { ["Runner:TaskTimeout"] = "00:00:01" }, addNodes: deaf.AddTo);
        await host.CreateAsync("deaf", Deaf);
        Run run = await host.StartAsync("deaf");
        Run ended = await EndedInTimeAsync(host, run);
        Assert.Equal((RunState.Failed, "RUN_TIMEOUT"), (ended.State, ended.Error?.Reason));
        Assert.Equal((StepState.Cancelled, "NODE_IGNORES_CANCEL"), ((await host.StepsAsync(run.RunId))[0].State, (await host.StepsAsync(run.RunId))[0].Error?.Reason));
    }

    [Theory]
    [InlineData("threads")]
    [InlineData("remote")]
    public async Task ItemTimeout_NodeIgnoresIt_FailsTheItemAloneWithoutAnotherAttempt(string mode)
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("item", DeafItem);
        await host.CreateAsync("batch", Batch(
            "item", """{"n":0},{"n":1},{"n":0},{"n":0},{"n":0}""", $$"""  "mode":"{{mode}}","concurrency":2,"onFailure":"continue","itemTimeout":1,"itemAttempts":{{(mode == "threads" ? 3 : 1)}}  """));
        Run run = await host.StartAsync("batch");
        Run ended = await EndedInTimeAsync(host, run);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Item[] items = [.. (await ListAsync(host, run)).Items];
        Assert.Equal(5, items.Length);
        Assert.All(items.Where(item => item.Index != 1), item => Assert.Equal(ItemState.Succeeded, item.State));
        Assert.Equal((ItemState.Failed, 1), (items[1].State, items[1].Attempt));
        Assert.Contains(items[1].Error.Reason, mode == "threads" ? ["NODE_IGNORES_CANCEL"] : new[] { "ITEM_TIMEOUT", "RUN_TIMEOUT" });
    }

    [Fact]
    public async Task ItemTimeout_NodesIgnoreItOnAllThreads_FailsTheStepAndTheRestGoesOn()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("item", DeafItem);
        await host.CreateAsync("batch", Batch("item", """{"n":0},{"n":1},{"n":0}""", """  "mode":"inline","onFailure":"continue","itemTimeout":0.3  """));
        Run run = await host.StartAsync("batch");
        Run ended = await EndedInTimeAsync(host, run);
        Assert.Equal((RunState.Failed, "NODE_IGNORES_CANCEL"), (ended.State, ended.Error?.Reason));
        Assert.Equal([ItemState.Succeeded, ItemState.Failed, ItemState.Cancelled], (await ListAsync(host, run)).Items.Select(item => item.State));
    }

    [Theory]
    [InlineData("inline")]
    [InlineData("threads")]
    public async Task CancelRun_ItemsIgnoreIt_EndsAfterTheGrace(string mode)
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, addNodes: deaf.AddTo);
        await host.CreateAsync("item", DeafItem);
        await host.CreateAsync("batch", Batch("item", """{"n":1},{"n":1},{"n":1}""", $$"""  "mode":"{{mode}}","concurrency":2  """));
        Run run = await host.StartAsync("batch");
        await WaitForItemsAsync(host, run, fanOut => fanOut.RunningCount > 0);
        await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
        await WaitUntilAsync(async () => (await host.StepsAsync(run.RunId))[1].State == StepState.Cancelled);
        Assert.Equal(RunState.Cancelled, (await host.WaitAsync(run.RunId)).State);
    }

    [Theory]
    [InlineData("threads")]
    [InlineData("step")]
    public async Task Timeout_SaveIsAboutToCommit_IsGivenUpAndNeverCommits(string kind)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, lease: "00:00:30");
        await WriteOneAsync(host, "one.csv");
        string save = """ "nodes":[{"id":"load","type":"CsvLoader","params":{"path":"one.csv"}},{"id":"save","type":"DbSave","params":{"table":"late","mode":"append"}@}],"edges":[{"from":"load.table","to":"save.table"}] """;
        await host.CreateAsync("save", save.Replace("@", kind == "step" ? ""","timeout":"0.5s" """ : "", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch("save", "{}", """  "mode":"threads","concurrency":2,"onFailure":"continue","itemTimeout":0.5,"joinTables":false  """));
        using (Failpoints.Arm("db-save.before-commit:sleep:1"))
        {
            Run run = await host.StartAsync(kind == "step" ? "save" : "batch");
            await EndedInTimeAsync(host, run);
            string reason = kind == "step" ? (await host.StepsAsync(run.RunId))[1].Error.Reason : (await ListAsync(host, run)).Items[0].Error.Reason;
            Assert.Equal("NODE_IGNORES_CANCEL", reason);
            using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            // The session of the save is in its transaction until the sleep is over.
            await WaitUntilAsync(async () => await Groups.GroupRuns.ScalarAsync(
                host, "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'", deadline.Token) == 0);
            Assert.Equal(0, await Groups.GroupRuns.ScalarAsync(host, "select count(*) from data.eq_effects", deadline.Token));
        }
    }

    [Fact]
    public async Task LeaseLost_NodeIgnoresIt_RunnerLetsGoAndTheNextEpochEndsTheRun()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_settings, lease: "00:00:12", addNodes: deaf.AddTo);
        ActiveRuns active = host.Runner.GetRequiredService<ActiveRuns>();
        await host.CreateAsync("deaf", Deaf);
        Run run = await host.StartAsync("deaf");
        await WaitForStepAsync(host, run, StepState.Running);
        await WaitUntilAsync(async () =>
        {
            await host.Workflow.ExpireLeaseAsync(run.RunId);
            return (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run.CrashCount > 0;
        });
        await WaitUntilAsync(() => Task.FromResult(active.AbandonedCount == 1 && active.ExecutingCount == 1), () => $"{active.AbandonedCount} {active.ExecutingCount}");
        Assert.Equal(2, active.BusyCount);
        deaf.LetGo();
        Run ended = await EndedInTimeAsync(host, run);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        await WaitUntilAsync(() => Task.FromResult(active.BusyCount == 0 && deaf.EndedCount == 2));
    }

    [Fact]
    public async Task Slots_AllHeldByNodesThatWereGivenUp_WorkerIsNotReadyUntilOneEnds()
    {
        using var deaf = new DeafNode();
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?>(s_settings) { ["Runner:MaxConcurrentRuns"] = "1" }, addNodes: deaf.AddTo);
        HealthCheckService health = host.Runner.GetRequiredService<HealthCheckService>();
        LoadGuard guard = host.Runner.GetRequiredService<LoadGuard>();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(CancellationToken.None)).Status);
        await host.CreateAsync("two", """ "nodes":[{"id":"deaf","type":"Deaf","timeout":"0.2s"},{"id":"busy","type":"Deaf"}] """);
        Run run = await host.StartAsync("two");
        await WaitUntilAsync(() => Task.FromResult(guard.Refusal().Contains("ignore their cancel", StringComparison.Ordinal)));
        HealthReport report = await health.CheckHealthAsync(CancellationToken.None);
        Assert.Equal((HealthStatus.Unhealthy, HealthStatus.Unhealthy), (report.Status, report.Entries["slots"].Status));
        // A healthy run still executes here: the worker does not end.
        Assert.False(host.Runner.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        deaf.LetGo();
        Assert.Equal("NODE_IGNORES_CANCEL", (await EndedInTimeAsync(host, run)).Error?.Reason);
        await WaitUntilAsync(async () => guard.Refusal().Length == 0 && (await health.CheckHealthAsync(CancellationToken.None)).Status == HealthStatus.Healthy);
    }

    private static async Task<Run> EndedInTimeAsync(RunnerHost host, Run run)
    {
        Run ended = run;
        await WaitUntilAsync(async () =>
        {
            ended = (await host.Workflow.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run;
            return ended.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled;
        });
        return ended;
    }

    private static async Task EndsAsync(RunnerHost host, Run run, string reason, params StepState[] states)
    {
        Run ended = await EndedInTimeAsync(host, run);
        Assert.Equal(states, (await host.StepsAsync(run.RunId)).Select(step => step.State));
        Assert.Equal((RunState.Failed, reason), (ended.State, ended.Error?.Reason));
    }

    private static Task WaitForStepAsync(RunnerHost host, Run run, StepState state) =>
        WaitUntilAsync(async () => (await host.StepsAsync(run.RunId)).Any(step => step.NodeId == "deaf" && step.State == state));

    private static async Task WaitUntilAsync(Func<Task<bool>> isReached, Func<string>? seen = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isReached())
        {
            Assert.False(deadline.IsCancellationRequested, seen?.Invoke() ?? "30 s are over.");
            await Task.Delay(20);
        }
    }
}
