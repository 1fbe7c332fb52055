namespace EasyQuant.Flow;

/// <summary>
/// When a chunk is given up. Three counts are kept apart: errors of the handler, tries that ended the process, and deliveries of the broker, whose own limit is only the last net.
/// A crash gives everything that the process held out again; each of those is then tried alone, so that the one chunk is known at its second crash and parked before a third. Immutable.
/// </summary>
public sealed record PoisonPolicy
{
    /// <summary>Reason of a parked chunk whose handler failed too often.</summary>
    public const string Fails = "CHUNK_FAILS";

    /// <summary>Reason of a parked chunk whose tries ended the process.</summary>
    public const string EndsProcess = "CHUNK_ENDS_PROCESS";

    /// <summary>Errors of the handler before the chunk is parked, 1 to 100. Default 3.</summary>
    public int FailuresMax { get; init; } = 3;

    /// <summary>Tries noted as begun that did not end before the chunk is parked, 1 to 10. Default 1.</summary>
    public int CrashesMax { get; init; } = 1;

    /// <summary>Decides about one delivery.</summary>
    /// <param name="redeliveryCount">Times that the broker gave it out before, at least 0.</param>
    /// <param name="unfinishedTries">Tries that were noted as begun and did not end, without the one to come, at least 0.</param>
    /// <param name="failureCount">Errors of the handler so far, at least 0.</param>
    /// <param name="reason">Reason to park it with; null unless it is to be parked.</param>
    public PoisonAction Decide(int redeliveryCount, int unfinishedTries, int failureCount, out string? reason)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(redeliveryCount);
        ArgumentOutOfRangeException.ThrowIfNegative(unfinishedTries);
        ArgumentOutOfRangeException.ThrowIfNegative(failureCount);
        reason = unfinishedTries >= CrashesMax ? EndsProcess : failureCount >= FailuresMax ? Fails : null;
        return reason is not null ? PoisonAction.Park : redeliveryCount > 0 ? PoisonAction.ProcessAlone : PoisonAction.Process;
    }
}
