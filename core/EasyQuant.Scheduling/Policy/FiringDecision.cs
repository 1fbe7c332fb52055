namespace EasyQuant.Scheduling;

/// <summary>What was decided about a nominal time.</summary>
public enum FiringDecision
{
    /// <summary>A run is created.</summary>
    Fired,

    /// <summary>It waits for an earlier run of the schedule to end.</summary>
    Waiting,

    /// <summary>Skipped because an earlier run was still active.</summary>
    SkippedOverlap,

    /// <summary>Skipped because it passed too long ago, or a later time stands for it.</summary>
    SkippedMisfire,

    /// <summary>Skipped because the schedule was paused.</summary>
    SkippedPaused,

    /// <summary>Skipped because the calendar does not admit its date.</summary>
    SkippedCalendar,
}
