using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests;

/// <summary>Cancelling one step while the rest of its run goes on.</summary>
public sealed class StepCancelTests
{
    // b depends on a by an edge; c depends on neither.
    private const string TwoBranches =
        """
        "nodes":[{"id":"a","type":"Wait"},{"id":"b","type":"Plus"},{"id":"c","type":"Value","params":{"value":1}},{"id":"d","type":"Plus"}],
        "edges":[{"from":"a.value","to":"b.value"},{"from":"c.value","to":"d.value"}]
        """;

    private readonly TestNodes _nodes = new();
    private readonly FakeObserver _observer = new();
    private readonly StepCancels _cancels = new();

    [Theory]
    [InlineData(RunState.Queued, StepState.Pending, false, StepCancelAnswer.Noted)]
    [InlineData(RunState.Running, StepState.Pending, false, StepCancelAnswer.Noted)]
    [InlineData(RunState.Running, StepState.Running, false, StepCancelAnswer.Noted)]
    [InlineData(RunState.Paused, StepState.Pending, false, StepCancelAnswer.Noted)]
    [InlineData(RunState.Running, StepState.Running, true, StepCancelAnswer.Known)]
    [InlineData(RunState.Running, StepState.Cancelled, true, StepCancelAnswer.Known)]
    [InlineData(RunState.Failed, StepState.Cancelled, true, StepCancelAnswer.Known)]
    [InlineData(RunState.Cancelled, StepState.Cancelled, false, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Running, StepState.Succeeded, false, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Running, StepState.Succeeded, true, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Running, StepState.Failed, false, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Running, StepState.Skipped, true, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Succeeded, StepState.Succeeded, false, StepCancelAnswer.StepEnded)]
    [InlineData(RunState.Cancelled, StepState.Pending, false, StepCancelAnswer.RunEnded)]
    [InlineData(RunState.Failed, StepState.Pending, true, StepCancelAnswer.RunEnded)]
    public void Ask_StatesOfRunAndStep_Decide(RunState run, StepState step, bool isAsked, StepCancelAnswer answer) =>
        Assert.Equal(answer, StepCancelRule.Ask(run, step, isAsked));

    [Theory]
    [InlineData(StepState.Succeeded, true, StepState.Succeeded)]
    [InlineData(StepState.Failed, true, StepState.Cancelled)]
    [InlineData(StepState.Pending, true, StepState.Cancelled)]
    [InlineData(StepState.Cancelled, true, StepState.Cancelled)]
    [InlineData(StepState.Succeeded, false, StepState.Succeeded)]
    [InlineData(StepState.Failed, false, StepState.Failed)]
    [InlineData(StepState.Pending, false, StepState.Pending)]
    [InlineData(StepState.Cancelled, false, StepState.Cancelled)]
    public void EndOf_Attempt_KeepsOnlyWhatSucceeded(StepState attempt, bool isAsked, StepState end) =>
        Assert.Equal(end, StepCancelRule.EndOf(attempt, isAsked));

    [Fact]
    public async Task Cancel_RunningStep_SkipsWhatDependsOnItAndFailsTheRunAtItsEnd()
    {
        Task<RunResult> running = RunAsync(TwoBranches);
        await _nodes.Waiting.Task;
        _cancels.Ask("a");
        _cancels.Ask("a");
        RunResult result = await running;
        Assert.Equal((RunState.Failed, "STEP_CANCELLED", "a"), (result.State, result.Error?.Reason, result.Error?.NodeId));
        Assert.Equal(["start a 1", "cancelled a 1", "skipped b 0", "start c 1", "succeeded c 1", "start d 1", "succeeded d 1"], _observer.Log);
        Assert.Equal("STEP_CANCELLED", _observer.Finished[0].Error?.Reason);
        StepError skipped = _observer.Finished[1].Error!;
        Assert.Equal(("UPSTREAM_FAILED", "a"), (skipped.Reason, skipped.NodeId));
        Assert.Contains("was cancelled", skipped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_StepThatHasNotStarted_EndsWithoutAnAttempt()
    {
        _cancels.Ask("c");
        _cancels.Ask("nobody");
        RunResult result = await RunAsync(TwoBranches.Replace("\"Wait\"", "\"Value\",\"params\":{\"value\":1}", StringComparison.Ordinal));
        Assert.Equal((RunState.Failed, "STEP_CANCELLED", "c"), (result.State, result.Error?.Reason, result.Error?.NodeId));
        Assert.Equal(["start a 1", "succeeded a 1", "start b 1", "succeeded b 1", "cancelled c 0", "skipped d 0"], _observer.Log);
        Assert.Equal(["a", "b"], _nodes.Ran);
    }

    [Fact]
    public async Task Cancel_StepThatWaitsForItsNextAttempt_IsNotTriedAgain()
    {
        const string Body =
            """  "nodes":[{"id":"f","type":"Fail","params":{"times":9},"retry":{"maxAttempts":9,"delay":"3600s"}},{"id":"c","type":"Value","params":{"value":1}}]  """;
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<RunResult> running = RunAsync(Body, new FakeObserver { OnRetry = waits.SetResult });
        await waits.Task;
        _cancels.Ask("f");
        RunResult result = await running;
        Assert.Equal((RunState.Failed, "STEP_CANCELLED"), (result.State, result.Error?.Reason));
        Assert.Equal(["f", "c"], _nodes.Ran);
    }

    [Fact]
    public async Task Cancel_FailureDuringTheWish_IsCancelledWhateverTheRetryPolicy()
    {
        const string Body = """  "nodes":[{"id":"f","type":"Fail","params":{"times":9},"retry":{"maxAttempts":9,"delay":"0s"}}]  """;
        var observer = new FakeObserver { BeforeStep = _cancels.Ask };
        RunResult result = await RunAsync(Body, observer);
        Assert.Equal((RunState.Failed, "STEP_CANCELLED"), (result.State, result.Error?.Reason));
        Assert.Equal(["start f 1", "cancelled f 1"], observer.Log);
    }

    [Fact]
    public async Task Cancel_StepThatSucceedsAllTheSame_StaysSucceeded()
    {
        var observer = new FakeObserver { BeforeStep = _cancels.Ask };
        RunResult result = await RunAsync("""  "nodes":[{"id":"v","type":"Value","params":{"value":1}}]  """, observer);
        Assert.Equal(RunState.Succeeded, result.State);
        Assert.Equal(["start v 1", "succeeded v 1"], observer.Log);
    }

    [Fact]
    public async Task Cancel_RunAndStep_CancelsTheRun()
    {
        using var stop = new CancellationTokenSource();
        Task<RunResult> running = RunAsync(TwoBranches, stop: stop.Token);
        await _nodes.Waiting.Task;
        await stop.CancelAsync();
        _cancels.Ask("a");
        RunResult result = await running;
        Assert.Equal(RunState.Cancelled, result.State);
        Assert.Null(result.Error);
    }

    [Fact]
    public async Task Continue_AfterACancelledStep_KeepsItAndSkipsWhatDependsOnIt()
    {
        var finished = new Dictionary<string, FinishedStep>
        {
            ["a"] = new(StepState.Cancelled, FinishedStep.NoOutputs, 0, new StepError("STEP_CANCELLED", "By somebody.", "a")),
        };
        RunResult result = await RunAsync(TwoBranches, finished: finished);
        Assert.Equal((RunState.Failed, "By somebody."), (result.State, result.Error?.Message));
        Assert.Equal(["skipped b 0", "start c 1", "succeeded c 1", "start d 1", "succeeded d 1"], _observer.Log);
    }

    private Task<RunResult> RunAsync(
        string body, FakeObserver? observer = null, IReadOnlyDictionary<string, FinishedStep>? finished = null, CancellationToken stop = default) =>
        PreparedGraph.Prepare(Flows.Parse(body), _nodes.Catalog).ExecuteAsync(
            Flows.Run(),
            Flows.Services,
            new RunOptions { Observer = observer ?? _observer, Cancels = _cancels, Finished = finished ?? FinishedStep.None },
            stop).AsTask();
}
