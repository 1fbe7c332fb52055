namespace EasyQuant.BacktestService.Storage;

/// <summary>A stored backtest without its tables.</summary>
internal sealed record BacktestRecord
{
    public required Guid BacktestId { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>Canonical JSON of the spec.</summary>
    public required string Spec { get; init; }

    /// <summary>queued, running, succeeded, failed or cancelled.</summary>
    public required string State { get; init; }

    public required double Progress { get; init; }

    public string? Metrics { get; init; }

    public string? Manifest { get; init; }

    public string? ErrorReason { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    /// <summary>Grows with every change that a watcher sees.</summary>
    public required long Revision { get; init; }

    public bool HasEnded => EndTime is not null;
}
