using EasyQuant.Contracts.Run.V1;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.Services.Tests.Workflow;

/// <summary>Speaks the protocol of a Runner without executing anything.</summary>
internal sealed class FakeRunner(WorkflowHost host, string workerId = "worker-1")
{
    public async Task<ClaimedRun> ClaimAsync(string runId)
    {
        ClaimRunsResponse answer = await host.Dispatch.ClaimRunsAsync(new ClaimRunsRequest { WorkerId = workerId, MaxCount = 1, RunId = runId });
        ClaimedRun claimed = Assert.Single(answer.Runs);
        Assert.Equal(runId, claimed.Run.RunId);
        return claimed;
    }

    public async Task<LeaseAnswer> ReportAsync(
        Run run, IEnumerable<Step> steps, RunState finalState = RunState.Unspecified, RunError? error = null)
    {
        var report = new RunReport { RunId = run.RunId, Epoch = run.Epoch, FinalState = finalState, Error = error };
        report.Steps.AddRange(steps);
        if (finalState == RunState.Succeeded)
        {
            report.Outputs = new Struct { Fields = { ["result"] = Value.ForString("done") } };
        }

        ReportStepsResponse answer = await host.Dispatch.ReportStepsAsync(new ReportStepsRequest { WorkerId = workerId, Reports = { report } });
        return Assert.Single(answer.Answers);
    }

    public async Task<Run> CompleteAsync(Run run)
    {
        LeaseAnswer answer = await ReportAsync(run, [Done("a", 0), Done("b", 1), Done("c", 2)], RunState.Succeeded);
        Assert.False(answer.Lost);
        return run;
    }

    public static Step Done(string nodeId, int position, int attempt = 1) => StepIn(StepState.Succeeded, nodeId, position, attempt);

    public static Step StepIn(StepState state, string nodeId, int position, int attempt = 1)
    {
        var step = new Step { NodeId = nodeId, NodeType = "Pass", State = state, Attempt = attempt, Position = position };
        if (state == StepState.Succeeded)
        {
            step.Outputs = new Struct { Fields = { ["out"] = Value.ForString(nodeId) } };
        }

        if (state == StepState.Failed)
        {
            step.Error = new RunError { Reason = "NODE_FAILED", Message = "It broke.", NodeId = nodeId };
        }

        return step;
    }
}
