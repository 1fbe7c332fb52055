using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Core = EasyQuant.Flow;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Says what becomes of a wish to cancel one step, in the words of the service.</summary>
internal static class StepWishes
{
    /// <summary>Most steps of one run that may be asked for: each answer to its Runner names them.</summary>
    public const int CountMax = 100;

    /// <summary>Returns that the wish is new or known.</summary>
    /// <exception cref="RpcError">FailedPrecondition STEP_STATE_CONFLICT, RUN_STATE_CONFLICT: the step or the run has ended; ResourceExhausted LIMIT_EXCEEDED.</exception>
    public static Core.StepCancelAnswer Ask(RunRow run, string nodeId, StepState step)
    {
        Core.StepCancelAnswer answer = Core.StepCancelRule.Ask(
            Enum.Parse<Core.RunState>(run.State.ToString()), Enum.Parse<Core.StepState>(step.ToString()), run.StepCancelOf(nodeId) is not null);
        return answer switch
        {
            Core.StepCancelAnswer.StepEnded => throw StepEnded(run, nodeId, step.ToString().ToLowerInvariant()),
            Core.StepCancelAnswer.RunEnded => throw RunControl.Conflict(run, $"Node '{nodeId}' will not run: its run is {RunControl.Name(run.State)}."),
            Core.StepCancelAnswer.Noted when run.StepCancels.Count == CountMax => throw new RpcError(
                StatusCode.ResourceExhausted, "LIMIT_EXCEEDED", $"At most {CountMax} steps of one run can be cancelled alone: cancel the run."),
            _ => answer,
        };
    }

    private static RpcError StepEnded(RunRow run, string nodeId, string state) => new(
        StatusCode.FailedPrecondition,
        "STEP_STATE_CONFLICT",
        $"A step that has ended cannot be cancelled: node '{nodeId}' of run {run.RunId} is {state}.",
        new Dictionary<string, string> { ["state"] = state });
}
