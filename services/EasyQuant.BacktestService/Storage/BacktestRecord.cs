namespace EasyQuant.BacktestService.Storage;

/// <summary>A stored backtest or sweep without its tables.</summary>
internal sealed record BacktestRecord
{
    public required Guid BacktestId { get; init; }

    public required string ProjectId { get; init; }

    /// <summary>backtest, sweep or bias_check.</summary>
    public required string Kind { get; init; }

    /// <summary>Canonical JSON of the spec.</summary>
    public required string Spec { get; init; }

    /// <summary>queued, running, succeeded, failed or cancelled.</summary>
    public required string State { get; init; }

    public required double Progress { get; init; }

    public string? Metrics { get; init; }

    public string? Manifest { get; init; }

    /// <summary>JSON of the Sharpe ratio against the trials that were known at the end; null before, of other kinds, and of results from before it was kept.</summary>
    public string? Trials { get; init; }

    public string? ErrorReason { get; init; }

    public string? ErrorMessage { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? EndTime { get; init; }

    public required int AttemptCount { get; init; }

    public required long FaultCount { get; init; }

    /// <summary>Trials of a sweep; 0 for a backtest.</summary>
    public required int TrialCount { get; init; }

    public required int DoneCount { get; init; }

    public required int FailedCount { get; init; }

    /// <summary>Grows with every change that a watcher sees.</summary>
    public required long Revision { get; init; }

    public bool HasEnded => EndTime is not null;
}
