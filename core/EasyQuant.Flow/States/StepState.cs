namespace EasyQuant.Flow;

/// <summary>State of a step.</summary>
public enum StepState
{
    /// <summary>Not started.</summary>
    Pending,

    /// <summary>An attempt is running, or waits for its next one.</summary>
    Running,

    /// <summary>Its outputs exist. Final, unless the run is retried from it or from an earlier step.</summary>
    Succeeded,

    /// <summary>Its last attempt failed. Final, unless retried.</summary>
    Failed,

    /// <summary>All its inputs were skipped, or a node that it depends on failed or was cancelled, so it did not run. Final, unless the run is retried.</summary>
    Skipped,

    /// <summary>The run was cancelled before it ended, or the step alone was. Final, unless retried.</summary>
    Cancelled,
}
