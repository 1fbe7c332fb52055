namespace EasyQuant.SchedulerService.Schedules;

/// <summary>What was heard about a run.</summary>
internal sealed record RunNews
{
    public required Guid RequestId { get; init; }

    public required string RunId { get; init; }

    /// <summary>Number of the state in the contract.</summary>
    public required int State { get; init; }

    /// <summary>Position in the run's history; 0 when it was asked for and not told.</summary>
    public long Sequence { get; init; }

    public bool HasEnded { get; init; }

    public bool HasFailed { get; init; }

    public bool HasSucceeded { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public string Error { get; init; } = "";
}
