namespace EasyQuant.BacktestService.Storage;

/// <summary>A backtest, sweep or bias check to be stored.</summary>
/// <param name="BacktestId">UUID version 7.</param>
/// <param name="ProjectId">The caller's project.</param>
/// <param name="Kind">backtest, sweep or bias_check.</param>
/// <param name="RequestId">Lower-case UUID; null without one.</param>
/// <param name="Strategy">Name of the strategy.</param>
/// <param name="Family">Name of the strategy family.</param>
/// <param name="Spec">Canonical JSON of the spec.</param>
/// <param name="TrialCount">Trials of a sweep; 0 for a backtest.</param>
/// <param name="ParentId">The backtest that a bias check belongs to; null for others.</param>
internal sealed record NewBacktest(
    Guid BacktestId, string ProjectId, string Kind, string? RequestId, string Strategy, string Family, string Spec, int TrialCount,
    Guid? ParentId = null);
