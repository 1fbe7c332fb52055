namespace EasyQuant.Flow;

/// <summary>
/// Which state of a step may follow which.
/// <code>
/// pending   -> running, skipped, cancelled
/// running   -> succeeded, failed, cancelled, running (next attempt), pending (lease lost)
/// succeeded, failed, skipped, cancelled -> pending (retry of the run)
/// </code>
/// </summary>
public static class StepTransitions
{
    /// <summary>Whether the step is over unless someone retries.</summary>
    public static bool IsFinal(StepState state) =>
        state is StepState.Succeeded or StepState.Failed or StepState.Skipped or StepState.Cancelled;

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool IsLegal(StepState from, StepState to) => from switch
    {
        StepState.Pending => to is StepState.Running or StepState.Skipped or StepState.Cancelled,
        StepState.Running => to is StepState.Succeeded or StepState.Failed or StepState.Cancelled or StepState.Running or StepState.Pending,
        _ => to is StepState.Pending,
    };
}
