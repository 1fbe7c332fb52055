namespace EasyQuant.Flow;

/// <summary>A step ended.</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Definition">Its type; the names of <paramref name="Outputs"/> are its output ports.</param>
/// <param name="Position">Its place in the topological order, counted from 0.</param>
/// <param name="State">Succeeded, failed, skipped or cancelled.</param>
/// <param name="Attempt">Attempts that were made; 0 when skipped or cancelled before the first.</param>
/// <param name="Outputs">Values by output port index; empty unless succeeded.</param>
/// <param name="Metrics">Counts of the last attempt.</param>
/// <param name="StartTime">When the last attempt started, UTC.</param>
/// <param name="Elapsed">How long the last attempt took.</param>
/// <param name="AllocatedBytes">Managed memory that the last attempt allocated in this process, on all threads that it continued on and started.</param>
/// <param name="Error">Why it failed; <c>STEP_CANCELLED</c> when it was cancelled without its run; <c>UPSTREAM_FAILED</c> with the node when it was skipped because of such a one; null otherwise.</param>
public sealed record StepFinished(
    string NodeId,
    NodeDefinition Definition,
    int Position,
    StepState State,
    int Attempt,
    IReadOnlyList<NodeValue> Outputs,
    StepMetrics Metrics,
    DateTimeOffset StartTime,
    TimeSpan Elapsed,
    long AllocatedBytes,
    StepError? Error);
