namespace EasyQuant.Flow;

/// <summary>
/// When a chunk is given up. Three counts are kept apart: errors of the handler, tries that ended their process, and deliveries of the broker, whose own limit is only the last net.
/// A crash gives everything that the process held out again; each of those is then tried alone, so that the one chunk that ends processes is known. The broker's count also grows with
/// every death of an innocent holder and with every lost channel, so it never stands for an error. Immutable.
/// </summary>
public sealed record PoisonPolicy
{
    /// <summary>Reason of a parked chunk whose tries ended their processes.</summary>
    public const string EndsProcesses = "CHUNK_ENDS_PROCESSES";

    /// <summary>Reason of a parked chunk that the broker gave up before anybody could tell what is wrong with it.</summary>
    public const string DeliveriesExhausted = "CHUNK_DELIVERIES_EXHAUSTED";

    /// <summary>Errors of the handler with which the chunk is parked, 1 to 1,000. Default 3.</summary>
    public int FailuresMax { get; init; } = 3;

    /// <summary>Tries noted as begun that did not end before the chunk is parked, 1 to 10. Default 2: one process may end for another reason.</summary>
    public int CrashesMax { get; init; } = 2;

    /// <summary>Decides about a chunk before it is tried.</summary>
    /// <param name="isGivenUp">Whether the broker has given it up.</param>
    /// <param name="isSuspect">Whether it was given out before, or a try of it is noted: it may be the one that ends processes.</param>
    /// <param name="unfinishedTries">Tries that were noted as begun and did not end, without the one to come, at least 0.</param>
    /// <param name="reason">Reason to park it with; null unless it is to be parked.</param>
    public PoisonAction Decide(bool isGivenUp, bool isSuspect, int unfinishedTries, out string? reason)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unfinishedTries);
        reason = isGivenUp ? DeliveriesExhausted : unfinishedTries >= CrashesMax ? EndsProcesses : null;
        return reason is not null ? PoisonAction.Park : isSuspect ? PoisonAction.ProcessAlone : PoisonAction.Process;
    }

    /// <summary>Decides about a chunk after its handler has failed; it is parked with the error of the handler.</summary>
    /// <param name="failureCount">Errors of the handler so far, this one included, at least 1.</param>
    /// <returns>Whether to park it; if not, it is tried again.</returns>
    public bool IsParked(int failureCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(failureCount);
        return failureCount >= FailuresMax;
    }
}
