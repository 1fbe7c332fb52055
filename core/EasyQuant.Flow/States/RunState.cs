namespace EasyQuant.Flow;

/// <summary>State of a run.</summary>
public enum RunState
{
    /// <summary>Waits to be claimed.</summary>
    Queued,

    /// <summary>A worker holds its lease.</summary>
    Running,

    /// <summary>Rests between two steps until resumed.</summary>
    Paused,

    /// <summary>Every step succeeded or was skipped. Final.</summary>
    Succeeded,

    /// <summary>A step failed. Final, unless retried.</summary>
    Failed,

    /// <summary>Someone cancelled it. Final, unless retried.</summary>
    Cancelled,
}
