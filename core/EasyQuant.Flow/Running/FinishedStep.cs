using System.Collections.ObjectModel;

namespace EasyQuant.Flow;

/// <summary>A step that ended in an earlier execution of the run.</summary>
/// <param name="State"><see cref="StepState.Succeeded"/>, <see cref="StepState.Failed"/>, <see cref="StepState.Skipped"/>, or <see cref="StepState.Cancelled"/> when it was cancelled without its run.</param>
/// <param name="Outputs">Values by output port; a port that is left out was skipped. Stored tables are loaded when a step reads them.</param>
/// <param name="RowsOut">Its count of rows, for <c>${nodes.X.rows}</c>.</param>
/// <param name="Error">Why it failed, was cancelled, or was skipped because of either. Default null: none of these.</param>
public sealed record FinishedStep(StepState State, IReadOnlyDictionary<string, NodeValue> Outputs, long RowsOut, StepError? Error = null)
{
    /// <summary>No finished steps.</summary>
    public static IReadOnlyDictionary<string, FinishedStep> None { get; } = ReadOnlyDictionary<string, FinishedStep>.Empty;

    /// <summary>No outputs.</summary>
    public static IReadOnlyDictionary<string, NodeValue> NoOutputs { get; } = ReadOnlyDictionary<string, NodeValue>.Empty;
}
