namespace EasyQuant.MonitorService.Pool;

/// <summary>A stored worker.</summary>
internal sealed record WorkerRecord
{
    public const string Online = "online";
    public const string Lost = "lost";
    public const string Offline = "offline";

    public required Guid Key { get; init; }

    public required string ProjectId { get; init; }

    public required WorkerRegistration Registration { get; init; }

    public required long Epoch { get; init; }

    /// <summary>online, lost or offline.</summary>
    public required string Connection { get; init; }

    public bool IsDraining { get; init; }

    /// <summary>Number of changes of state so far.</summary>
    public long ChangeCount { get; init; }

    public DateTimeOffset RegisterTime { get; init; }

    public DateTimeOffset HeartbeatTime { get; init; }

    public WorkerLoad? Load { get; init; }

    /// <summary>The database's clock when the row was read.</summary>
    public DateTimeOffset ReadTime { get; init; }

    public WorkerStatus Status => Connection switch
    {
        Offline => WorkerStatus.Offline,
        Lost => WorkerStatus.Lost,
        _ when IsDraining => WorkerStatus.Draining,
        _ => Load is { RunningCount: > 0 } ? WorkerStatus.Busy : WorkerStatus.Idle,
    };
}
