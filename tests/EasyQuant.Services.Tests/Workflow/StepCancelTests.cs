using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Google.Protobuf;
using Grpc.Core;
using static EasyQuant.Services.Tests.Workflow.WorkflowDefinitionTests;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>What Workflow keeps of the wish to cancel one step, and whom it tells.</summary>
[Collection(WorkflowServers.Name)]
public sealed class StepCancelTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;
    private readonly FakeRunner _runner = new(fixture.Host);

    [Fact]
    public async Task CancelStep_Running_IsToldWithEveryAnswerAndExplainedAtTheEnd()
    {
        Run run = await ClaimNewAsync();
        await _runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
        Step asked = await CancelAsync(run, "a", "it hangs");
        Assert.Equal((StepState.Running, true), (asked.State, asked.CancelRequested));
        Assert.Equal(asked, await CancelAsync(run, "a", "again"));
        Assert.Equal("a", Assert.Single(await RenewAsync(run)));
        LeaseAnswer answer = await _runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
        Assert.Equal(("a", false), (Assert.Single(answer.CancelledNodeIds), answer.CancelRequested));
        Assert.Equal([true, false, false], (await StepsAsync(run)).Select(step => step.CancelRequested));

        await _runner.ReportAsync(run, [Cancelled("a"), FakeRunner.StepIn(StepState.Skipped, "b", 1, attempt: 0)], RunState.Failed, Error("a"));
        Run ended = await GetAsync(run);
        Step step = (await StepsAsync(run))[0];
        Assert.Equal((RunState.Failed, "STEP_CANCELLED", "a"), (ended.State, ended.Error.Reason, ended.Error.NodeId));
        Assert.Equal((StepState.Cancelled, "STEP_CANCELLED", false), (step.State, step.Error.Reason, step.CancelRequested));
        Assert.Equal(ended.Error.Message, step.Error.Message);
        Assert.EndsWith(": it hangs", step.Error.Message, StringComparison.Ordinal);
        Assert.Equal(StepState.Cancelled, (await CancelAsync(run, "a", "once more")).State);
        List<RunEvent> events = [.. (await _host.Runs.ListRunEventsAsync(new ListRunEventsRequest { RunId = run.RunId })).Events];
        Assert.Equal(
            ["run.created", "run.started", "step.started", "step.cancel_requested", "step.cancelled", "step.skipped", "run.failed"], events.Select(happened => happened.Type));
        Assert.Equal("a", events[3].NodeId);
        Assert.EndsWith(": it hangs", events[3].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelStep_WhatCannotBeCancelled_IsRefusedByName()
    {
        Run run = await ClaimNewAsync();
        await _runner.ReportAsync(run, [FakeRunner.Done("a", 0)]);
        RpcError ended = await ThrowsAsync("STEP_STATE_CONFLICT", StatusCode.FailedPrecondition, () => CancelAsync(run, "a"));
        Assert.Equal("succeeded", ended.Metadata["state"]);
        await ThrowsAsync("STEP_NOT_FOUND", StatusCode.NotFound, () => CancelAsync(run, "z"));
        await ThrowsAsync("RUN_NOT_FOUND", StatusCode.NotFound, () => CancelAsync(new Run { RunId = Guid.NewGuid().ToString() }, "a"));
        await ThrowsAsync("RUN_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.OtherRuns.CancelStepAsync(new CancelStepRequest { RunId = run.RunId, NodeId = "b" }));
        await ThrowsAsync("LIMIT_EXCEEDED", StatusCode.InvalidArgument, () => CancelAsync(run, "b", new string('x', 501)));
        await _host.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId });
        await _runner.ReportAsync(run, [], RunState.Cancelled);
        RpcError over = await ThrowsAsync("RUN_STATE_CONFLICT", StatusCode.FailedPrecondition, () => CancelAsync(run, "c"));
        Assert.Equal("cancelled", over.Metadata["state"]);
    }

    [Fact]
    public async Task CancelStep_StepThatSucceedsFirst_StaysSucceeded()
    {
        Run run = await ClaimNewAsync();
        await CancelAsync(run, "a");
        await _runner.CompleteAsync(run);
        Assert.Equal(RunState.Succeeded, (await GetAsync(run)).State);
        await ThrowsAsync("STEP_STATE_CONFLICT", StatusCode.FailedPrecondition, () => CancelAsync(run, "a"));
    }

    [Fact]
    public async Task CancelStep_RunnerDies_TheNextOneHearsItWithItsClaim()
    {
        Run run = await ClaimNewAsync();
        await _runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
        await CancelAsync(run, "a", "it hangs");
        ClaimedRun second = await ClaimAgainAsync(run);
        Assert.Equal("a", Assert.Single(second.CancelledNodeIds));
        Assert.Empty(second.FinishedSteps);
        Assert.True((await _runner.ReportAsync(run, [Cancelled("a")])).Lost);
        Assert.Equal(StepState.Pending, (await StepsAsync(run))[0].State);

        await _runner.ReportAsync(second.Run, [Cancelled("a", attempt: 0)]);
        ClaimedRun third = await ClaimAgainAsync(second.Run);
        Step kept = Assert.Single(third.FinishedSteps);
        Assert.Equal((StepState.Cancelled, "STEP_CANCELLED"), (kept.State, kept.Error.Reason));
        Assert.EndsWith(": it hangs", kept.Error.Message, StringComparison.Ordinal);
        await _runner.ReportAsync(third.Run, [], RunState.Cancelled);
    }

    [Fact]
    public async Task CancelStep_WorkflowStartsAgain_TheWishIsToldAndExplained()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        string connectionString = await fixture.Servers.CreateDatabaseAsync(deadline.Token);
        string broker = await fixture.Servers.CreateVirtualHostAsync(deadline.Token);
        Run run;
        await using (WorkflowHost first = await WorkflowHost.StartAsync(connectionString, broker, null, deadline.Token))
        {
            await WorkflowFixture.PrepareAsync(first);
            run = Assert.Single((await first.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } })).Runs);
            var runner = new FakeRunner(first);
            run = (await runner.ClaimAsync(run.RunId)).Run;
            await runner.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
            await first.Runs.CancelStepAsync(new CancelStepRequest { RunId = run.RunId, NodeId = "a", Cause = "it hangs" });
        }

        await using WorkflowHost second = await WorkflowHost.StartAsync(connectionString, broker, null, deadline.Token);
        var again = new FakeRunner(second);
        LeaseAnswer answer = await again.ReportAsync(run, [FakeRunner.StepIn(StepState.Running, "a", 0)]);
        Assert.Equal((false, "a"), (answer.Lost, Assert.Single(answer.CancelledNodeIds)));
        await again.ReportAsync(run, [Cancelled("a"), FakeRunner.StepIn(StepState.Skipped, "b", 1, attempt: 0)], RunState.Failed, Error("a"));
        Run ended = (await second.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run;
        Assert.Equal((RunState.Failed, "STEP_CANCELLED"), (ended.State, ended.Error.Reason));
        Assert.EndsWith(": it hangs", ended.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_AfterACancelledStep_WithdrawsTheWish()
    {
        Run run = await ClaimNewAsync();
        await CancelAsync(run, "b");
        await _runner.ReportAsync(run, [FakeRunner.Done("a", 0), Cancelled("b", 1)], RunState.Failed, Error("b"));
        await _host.Runs.RetryRunAsync(new RetryRunRequest { RunId = run.RunId, FromNodeId = "b" });
        Assert.All(await StepsAsync(run), step => Assert.False(step.CancelRequested));
        ClaimedRun next = await _runner.ClaimAsync(run.RunId);
        Assert.Empty(next.CancelledNodeIds);
        Assert.Equal("a", Assert.Single(next.FinishedSteps).NodeId);
        await _runner.ReportAsync(next.Run, [FakeRunner.Done("b", 1), FakeRunner.Done("c", 2)], RunState.Succeeded);
        Assert.Equal(RunState.Succeeded, (await GetAsync(run)).State);
    }

    [Fact]
    public async Task CancelStep_MoreThanAHundredOfOneRun_IsRefused()
    {
        string nodes = string.Join(',', Enumerable.Range(0, 101).Select(i => $$$"""{"id":"n{{{i}}}","type":"Pass","params":{"value":"x"}}"""));
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest
        {
            Definition = JsonParser.Default.Parse<WorkflowDefinition>($$"""{"schema":"easyquant/workflow/1","name":"wide-cancel","nodes":[{{nodes}}]}"""),
        });
        Run run = (await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { new RunSpec { WorkflowName = "wide-cancel" } } })).Runs[0];
        for (int i = 0; i < 100; i++)
        {
            Assert.True((await CancelAsync(run, $"n{i}")).CancelRequested);
        }

        await ThrowsAsync("LIMIT_EXCEEDED", StatusCode.ResourceExhausted, () => CancelAsync(run, "n100"));
        Assert.True((await CancelAsync(run, "n7")).CancelRequested);
        await _host.Runs.CancelRunAsync(new CancelRunRequest { RunId = run.RunId });
    }

    private static RunError Error(string nodeId) => new() { Reason = "STEP_CANCELLED", Message = $"Node '{nodeId}' was cancelled.", NodeId = nodeId };

    private static Step Cancelled(string nodeId, int position = 0, int attempt = 1)
    {
        Step step = FakeRunner.StepIn(StepState.Cancelled, nodeId, position, attempt);
        step.Error = Error(nodeId);
        return step;
    }

    private async Task<Run> ClaimNewAsync()
    {
        Run run = Assert.Single((await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { WorkflowFixture.Spec() } })).Runs);
        return (await _runner.ClaimAsync(run.RunId)).Run;
    }

    private async Task<ClaimedRun> ClaimAgainAsync(Run run)
    {
        await _host.ExpireLeaseAsync(run.RunId);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while ((await GetAsync(run)).State != RunState.Queued)
        {
            await Task.Delay(30, deadline.Token);
        }

        return await _runner.ClaimAsync(run.RunId);
    }

    private async Task<IReadOnlyList<string>> RenewAsync(Run run) => Assert.Single((await _host.Dispatch.RenewLeasesAsync(new RenewLeasesRequest
    {
        WorkerId = "worker-1", Leases = { new LeaseKey { RunId = run.RunId, Epoch = run.Epoch } },
    })).Answers).CancelledNodeIds;

    private async Task<Run> GetAsync(Run run) => (await _host.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId })).Run;

    private async Task<IReadOnlyList<Step>> StepsAsync(Run run) => (await _host.Runs.ListStepsAsync(new ListStepsRequest { RunId = run.RunId })).Steps;

    private async Task<Step> CancelAsync(Run run, string nodeId, string cause = "") =>
        (await _host.Runs.CancelStepAsync(new CancelStepRequest { RunId = run.RunId, NodeId = nodeId, Cause = cause })).Step;
}
