namespace EasyQuant.Flow;

/// <summary>
/// Which state of a run may follow which. Queued, running and paused runs are alive; a retry queues a final one again.
/// <code>
/// queued  -> running, paused, cancelled
/// running -> succeeded, failed, cancelled, paused, queued (lease expired or given back)
/// paused  -> queued, cancelled
/// succeeded, failed, cancelled -> queued (retry)
/// </code>
/// </summary>
public static class RunTransitions
{
    /// <summary>Whether nothing happens any more unless someone retries.</summary>
    public static bool IsFinal(RunState state) => state is RunState.Succeeded or RunState.Failed or RunState.Cancelled;

    /// <summary>Whether <paramref name="to"/> may follow <paramref name="from"/>.</summary>
    public static bool IsLegal(RunState from, RunState to) => from switch
    {
        RunState.Queued => to is RunState.Running or RunState.Paused or RunState.Cancelled,
        RunState.Running => to is RunState.Succeeded or RunState.Failed or RunState.Cancelled or RunState.Paused or RunState.Queued,
        RunState.Paused => to is RunState.Queued or RunState.Cancelled,
        _ => to is RunState.Queued,
    };
}
