namespace EasyQuant.SchedulerService.Schedules;

/// <summary>A stored firing.</summary>
internal sealed record FiringRecord
{
    public const string Skipped = "skipped";
    public const string Waiting = "waiting";
    public const string Pending = "pending";
    public const string Active = "active";
    public const string Done = "done";
    public const string Rejected = "rejected";

    public required Guid ScheduleId { get; init; }

    public required DateTimeOffset NominalTime { get; init; }

    public required string ProjectId { get; init; }

    public required string ScheduleName { get; init; }

    public required string Decision { get; init; }

    public required string State { get; init; }

    public int CoveredCount { get; init; } = 1;

    public DateTimeOffset CoveredUntil { get; init; }

    public bool IsManual { get; init; }

    public required Guid RequestId { get; init; }

    public required string WorkflowName { get; init; }

    public int WorkflowVersion { get; init; }

    public string Inputs { get; init; } = "{}";

    public DateTimeOffset DecideTime { get; init; }

    public DateTimeOffset NextTryTime { get; init; }

    public int AttemptCount { get; init; }

    public string RunId { get; init; } = "";

    public int RunState { get; init; }

    public DateTimeOffset? RunStartTime { get; init; }

    public DateTimeOffset? RunEndTime { get; init; }

    public string Error { get; init; } = "";
}
