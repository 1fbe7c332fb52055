using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>A granted lease with what the Runner needs besides the definitions.</summary>
internal sealed record Claim(RunRow Run, byte[]? PinnedInputs)
{
    /// <summary>Steps that ended, in topological order.</summary>
    public List<Step> FinishedSteps { get; } = [];
}
