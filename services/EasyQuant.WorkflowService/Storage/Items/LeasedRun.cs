using EasyQuant.WorkflowService.Storage.Runs;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>A run whose lease was checked in this transaction and cannot be taken away before it ends.</summary>
/// <param name="Row">The run.</param>
internal sealed record LeasedRun(RunRow Row)
{
    public Guid RunId => Row.RunId;

    public string ProjectId => Row.ProjectId;

    public long Epoch => Row.Epoch;
}
