namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>
/// Knows until when leases can be trusted: a lease granted or renewed by a call counts from the moment before the call was sent, less a margin of a
/// quarter of it, at most 5 s. Durations are measured with the monotonic clock. Thread-safe.
/// </summary>
internal sealed class LeaseClock(TimeProvider time)
{
    private static readonly TimeSpan s_marginMax = TimeSpan.FromSeconds(5);

    /// <summary>Returns the monotonic time until which a lease holds.</summary>
    public long TrustedUntil(long sentTimestamp, TimeSpan lease)
    {
        TimeSpan margin = lease / 4 < s_marginMax ? lease / 4 : s_marginMax;
        return sentTimestamp + (long)((lease - margin).TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>Notes that a call extended the lease.</summary>
    public void Renewed(ActiveRun run, long sentTimestamp) =>
        run.TrustedUntil = Math.Max(run.TrustedUntil, TrustedUntil(sentTimestamp, run.Claimed.Lease.ToTimeSpan()));

    /// <summary>Gets whether the lease may have ended.</summary>
    public bool HasEnded(ActiveRun run) => time.GetTimestamp() >= run.TrustedUntil;
}
