using EasyQuant.Contracts.Run.V1;
using EasyQuant.Testing;
using Grpc.Core;
using static EasyQuant.Services.Tests.Runner.FanOutTests;

namespace EasyQuant.Services.Tests.Runner;

/// <summary>Fan-outs in child processes that somebody pauses or cancels, and what a watcher hears of a fan-out.</summary>
public sealed class FanOutProcessTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private static readonly Dictionary<string, string?> s_twoProcesses = new() { ["Runner:MaxItemProcesses"] = "2" };

    [Fact]
    public async Task Pause_ItemsInProcesses_KeepsWhatIsDoneAndGoesOn()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_twoProcesses, lease: "00:00:12");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        ItemGate gate = await ItemGate.CloseAsync(host, from: 4, deadline.Token);
        await host.CreateAsync("gated", ItemGate.Workflow);
        await host.CreateAsync("batch", Batch("gated", Numbers(24), """  "mode":"processes","concurrency":2  """));
        Run run = await host.StartAsync("batch");
        await WaitForItemsAsync(host, run, f => f.SucceededCount == 4 && f.RunningCount == 2);
        await host.Workflow.Runs.PauseRunAsync(new PauseRunRequest { RunId = run.RunId });
        await WaitForRenewalsAsync(host, run, deadline.Token);
        await gate.DisposeAsync();
        await host.WaitAsync(run.RunId, r => r.State == RunState.Paused);
        FanOut resting = (await host.Workflow.Items.GetFanOutAsync(new GetFanOutRequest { RunId = run.RunId, NodeId = "batch" })).FanOut;
        Assert.Equal(6, resting.SucceededCount);
        Assert.Equal(0, resting.RunningCount);
        await host.Workflow.Runs.ResumeRunAsync(new ResumeRunRequest { RunId = run.RunId });
        Run ended = await host.WaitAsync(run.RunId, r => r.State is RunState.Succeeded or RunState.Failed);
        Assert.True(ended.State == RunState.Succeeded, $"{ended.Error}");
        Item[] done = [.. (await ListAsync(host, run)).Items];
        Assert.Equal(24, done.Length);
        Assert.All(done, item => Assert.Equal((ItemState.Succeeded, 1, ItemMode.Processes), (item.State, item.Attempt, item.Mode)));
        Assert.DoesNotContain(done, item => item.ProcessId == Environment.ProcessId);
    }

    [Fact]
    public async Task Cancel_ItemsInProcesses_StopsThemAndLeavesRoomForOthers()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, settings: s_twoProcesses, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper.Replace("0.05", "\"${inputs.n}\"", StringComparison.Ordinal));
        await host.CreateAsync("endless", Batch("sleeper", """{"n":3600},{"n":3600},{"n":3600}""", """  "mode":"processes","concurrency":2  """));
        Run run = await host.StartAsync("endless");
        await WaitForItemsAsync(host, run, f => f.RunningCount == 2);
        await host.Workflow.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId, Cause = "enough" });
        Assert.Equal(RunState.Cancelled, (await host.WaitAsync(run.RunId)).State);
        // Both processes would still be taken by the items of an hour.
        await host.CreateAsync("quick", Batch("sleeper", """{"n":0},{"n":0},{"n":0}""", """  "mode":"processes","concurrency":2  """));
        Run next = await host.WaitAsync((await host.StartAsync("quick")).RunId);
        Assert.True(next.State == RunState.Succeeded, $"{next.Error}");
    }

    [Fact]
    public async Task Watch_RunWithAFanOut_HearsItsProgress()
    {
        await using RunnerHost host = await RunnerHost.StartAsync(fixture.Servers, lease: "00:00:20");
        await host.CreateAsync("sleeper", Sleeper);
        await host.CreateAsync("batch", Batch("sleeper", Numbers(40), """  "concurrency":2  """));
        Run run = await host.WaitAsync((await host.StartAsync("batch")).RunId);
        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using AsyncServerStreamingCall<WatchRunResponse> call = host.Workflow.Runs.WatchRun(new WatchRunRequest { RunId = run.RunId }, cancellationToken: deadline.Token);
        var events = new List<RunEvent>();
        while (await call.ResponseStream.MoveNext(deadline.Token))
        {
            if (call.ResponseStream.Current.Event is { } happened)
            {
                events.Add(happened);
            }
        }

        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(happened => happened.Sequence));
        RunEvent[] progress = [.. events.Where(happened => happened.Type == "step.progressed")];
        Assert.NotEmpty(progress);
        Assert.All(progress, happened => Assert.Equal("batch", happened.NodeId));
        Assert.Contains(progress, happened => happened.Message.StartsWith("40/40", StringComparison.Ordinal));
        Assert.Equal("run.succeeded", events[^1].Type);
    }
}
