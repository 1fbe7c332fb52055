using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Which runs a list keeps; empty parts keep all.</summary>
internal sealed record RunFilter(
    IReadOnlyList<RunState> States, string WorkflowName, string JobName, DateTimeOffset? StartTime, DateTimeOffset? EndTime)
{
    /// <summary>Run whose items are kept; null keeps runs that are no item of another.</summary>
    public Guid? ParentRunId { get; init; }
}
