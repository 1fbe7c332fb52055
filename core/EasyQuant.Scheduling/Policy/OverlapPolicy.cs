namespace EasyQuant.Scheduling;

/// <summary>What happens to a nominal time when an earlier run of the schedule is still active.</summary>
public enum OverlapPolicy
{
    /// <summary>It is skipped and recorded so.</summary>
    Skip,

    /// <summary>One waits for the run before; further ones are skipped.</summary>
    QueueOne,

    /// <summary>All wait, at most <see cref="FiringPolicy.WaitingMax"/>; further ones are skipped.</summary>
    QueueAll,

    /// <summary>Runs overlap.</summary>
    Allow,

    /// <summary>The active runs are cancelled, then it fires.</summary>
    CancelOther,
}
