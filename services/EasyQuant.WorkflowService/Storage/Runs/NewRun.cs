namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>A run that was checked and is to be stored.</summary>
internal sealed record NewRun
{
    public required RunRow Row { get; init; }

    /// <summary>Which workers may take it.</summary>
    public RunTarget Target { get; init; } = RunTarget.Any;

    /// <summary>Id chosen by the caller; null for none.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>Hash of what was asked for; equal for equal requests.</summary>
    public required byte[] RequestHash { get; init; }

    public byte[]? PinnedInputs { get; init; }
}
