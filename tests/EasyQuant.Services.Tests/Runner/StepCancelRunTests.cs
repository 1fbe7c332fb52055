using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>One step is cancelled on a Runner that executes it, or will; the rest of its run goes on.</summary>
public sealed class StepCancelRunTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    // "hang" never ends, "after" depends on it, "free" does not.
    private const string Hanging =
        """
        "nodes":[{"id":"hang","type":"Delay","params":{"seconds":86400}},{"id":"after","type":"JsonMap"},{"id":"free","type":"JsonMap","params":{"value":1}}],
        "edges":[{"from":"hang.value","to":"after.value"}]
        """;

    [Fact]
    public async Task CancelStep_Running_EndsItAndRunsWhatDoesNotDependOnIt()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("hanging", Hanging);
        Run run = await host.StartAsync("hanging");
        await WaitForStepAsync(host, run, "hang", step => step.State == StepState.Running);
        await CancelAsync(host, run, "hang");
        await EndsAsync(host, run, StepState.Cancelled, StepState.Skipped, StepState.Succeeded);
        Step after = (await host.StepsAsync(run.RunId))[1];
        Assert.Equal(("UPSTREAM_FAILED", "hang"), (after.Error.Reason, after.Error.NodeId));
    }

    [Fact]
    public async Task CancelStep_WaitsForItsNextAttempt_IsNotTriedAgain()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("failing", Hanging.Replace(
            """ "type":"Delay","params":{"seconds":86400}""".Trim(),
            """ "type":"JsonMap","params":{"value":{"a":1},"fields":["missing"]},"retry":{"maxAttempts":9,"delay":"3600s","maxDelay":"3600s"}""".Trim(),
            StringComparison.Ordinal));
        Run run = await host.StartAsync("failing");
        await WaitForEventAsync(host, run, happened => happened.Type == "step.progressed" && happened.Message.StartsWith("Attempt 1 failed", StringComparison.Ordinal));
        await CancelAsync(host, run, "hang");
        await EndsAsync(host, run, StepState.Cancelled, StepState.Skipped, StepState.Succeeded);
        Assert.Equal(1, (await host.StepsAsync(run.RunId))[0].Attempt);
    }

    [Fact]
    public async Task CancelStep_NotStarted_EndsWhenItsTurnComesWithoutAnAttempt()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers);
        await host.CreateAsync("hanging", Hanging);
        Run run = await host.StartAsync("hanging");
        await WaitForStepAsync(host, run, "hang", step => step.State == StepState.Running);
        Assert.Equal(StepState.Pending, (await CancelAsync(host, run, "free")).State);
        await CancelAsync(host, run, "hang");
        await EndsAsync(host, run, StepState.Cancelled, StepState.Skipped, StepState.Cancelled);
        Assert.Equal(0, (await host.StepsAsync(run.RunId))[2].Attempt);
        await WaitForEventAsync(host, run, happened => happened.Type == "step.cancelled" && happened.NodeId == "free");
    }

    [Theory]
    [InlineData("inline")]
    [InlineData("threads")]
    [InlineData("processes")]
    [InlineData("remote")]
    public async Task CancelStep_FanOut_CancelsItsItems(string mode)
    {
        await using RunnerHost host = await RunnerHost.StartAsync(
            fixture.Servers, settings: new Dictionary<string, string?> { ["Runner:MaxConcurrentRuns"] = "2", ["Runner:MaxItemProcesses"] = "2" });
        await host.CreateAsync("sleeper", FanOutTests.Sleeper.Replace("0.05", "\"${inputs.n}\"", StringComparison.Ordinal));
        await host.CreateAsync("batch", Batch(mode, """{"n":3600},{"n":3600},{"n":3600},{"n":3600}"""));
        Run run = await host.StartAsync("batch");
        await FanOutTests.WaitForItemsAsync(host, run, fanOut => fanOut.RunningCount == (mode == "inline" ? 1 : 2));
        await CancelAsync(host, run, "batch");
        await EndsAsync(host, run, StepState.Succeeded, StepState.Cancelled, StepState.Succeeded);
        foreach (Run child in (await host.Workflow.Runs.ListRunsAsync(new ListRunsRequest { ParentRunId = run.RunId })).Runs)
        {
            Assert.Equal(RunState.Cancelled, (await host.WaitAsync(child.RunId)).State);
        }

        // Whatever executed the items would still be taken by them.
        await host.CreateAsync("quick", Batch(mode, """{"n":0},{"n":0}"""));
        Run next = await host.WaitAsync((await host.StartAsync("quick")).RunId);
        Assert.True(next.State == RunState.Succeeded, $"{next.Error}");
    }

    [Fact]
    public async Task CancelStep_RunnerKilledAfterTheWish_EndsOnTheNextOne()
    {
        // A lease of a minute is renewed every 20 s: the first Runner dies before it hears of the wish.
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, withRunner: false, lease: "00:01:00");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using Process doomed = RunnerProcess.Start(host, "");
        try
        {
            await host.WaitForCatalogueAsync(deadline.Token);
            await host.CreateAsync("hanging", Hanging);
            Run run = await host.StartAsync("hanging");
            await WaitForStepAsync(host, run, "hang", step => step.State == StepState.Running);
            await CancelAsync(host, run, "hang");
            doomed.Kill(entireProcessTree: true);
            await doomed.WaitForExitAsync(deadline.Token);
            Assert.True((await host.StepsAsync(run.RunId))[0].CancelRequested);
            await host.Workflow.ExpireLeaseAsync(run.RunId);
            await host.StartRunnerAsync(deadline.Token);
            await EndsAsync(host, run, StepState.Cancelled, StepState.Skipped, StepState.Succeeded);
        }
        finally
        {
            if (!doomed.HasExited)
            {
                doomed.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Batch(string mode, string items) =>
        $$$"""
        "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{items}}}]}},
          {"id":"batch","type":"BatchScheduler","params":{"workflow":"sleeper","mode":"{{{mode}}}","concurrency":2} },
          {"id":"free","type":"JsonMap","params":{"value":1}}],
        "edges":[{"from":"items.value","to":"batch.items"}]
        """;

    private static async Task<Step> CancelAsync(RunnerHost host, Run run, string nodeId) =>
        (await host.Workflow.Runs.CancelStepAsync(new CancelStepRequest { RunId = run.RunId, NodeId = nodeId, Cause = "enough" })).Step;

    // The run fails because of the step, which says who cancelled it and why.
    private static async Task EndsAsync(RunnerHost host, Run run, params StepState[] states)
    {
        Run ended = await host.WaitAsync(run.RunId);
        IReadOnlyList<Step> steps = await host.StepsAsync(run.RunId);
        Assert.Equal(states, steps.Select(step => step.State));
        Assert.Equal((RunState.Failed, "STEP_CANCELLED"), (ended.State, ended.Error?.Reason));
        Assert.All(steps.Where(step => step.State == StepState.Cancelled), step =>
        {
            Assert.Equal("STEP_CANCELLED", step.Error.Reason);
            Assert.EndsWith(": enough", step.Error.Message, StringComparison.Ordinal);
        });
    }

    private static Task WaitForStepAsync(RunnerHost host, Run run, string nodeId, Func<Step, bool> isReached) =>
        WaitForAsync(async () => (await host.StepsAsync(run.RunId)).Any(step => step.NodeId == nodeId && isReached(step)));

    private static Task WaitForEventAsync(RunnerHost host, Run run, Func<RunEvent, bool> isReached) =>
        WaitForAsync(async () => (await host.Workflow.Runs.ListRunEventsAsync(new ListRunEventsRequest { RunId = run.RunId })).Events.Any(isReached));

    private static async Task WaitForAsync(Func<Task<bool>> isReached)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (!await isReached())
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
