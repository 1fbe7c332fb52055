namespace EasyQuant.SchedulerService.Schedules;

/// <summary>A stored schedule.</summary>
internal sealed record ScheduleRecord
{
    public required Guid ScheduleId { get; init; }

    public required string ProjectId { get; init; }

    public required string Name { get; init; }

    public required ScheduleDefinition Definition { get; init; }

    public bool IsPaused { get; init; }

    public string PauseCause { get; init; } = "";

    public DateTimeOffset? PauseUntil { get; init; }

    public DateTimeOffset? NextNominal { get; init; }

    public DateTimeOffset? LastNominal { get; init; }

    public int FailureCount { get; init; }

    public DateTimeOffset CreateTime { get; init; }

    /// <summary>The database's clock when the row was read.</summary>
    public DateTimeOffset ReadTime { get; init; }

    /// <summary>When the oldest firing was decided whose run was asked for and not accepted yet.</summary>
    public DateTimeOffset? OldestPending { get; init; }

    /// <summary>Paused now: a pause that has run out no longer counts.</summary>
    public bool IsPausedNow => IsPaused && !(PauseUntil <= ReadTime);

    /// <summary>Something that should have happened has not, by more than the grace.</summary>
    public bool IsDelayed => !IsPausedNow
        && (ReadTime - NextNominal > Definition.Policy.MisfireGrace || ReadTime - OldestPending > Definition.Policy.MisfireGrace);
}
