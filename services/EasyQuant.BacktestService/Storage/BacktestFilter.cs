namespace EasyQuant.BacktestService.Storage;

/// <summary>Which rows a list keeps; null keeps all.</summary>
/// <param name="Kind">backtest, sweep or bias_check.</param>
/// <param name="Strategy">Name of a strategy.</param>
/// <param name="State">queued, running, succeeded, failed or cancelled.</param>
/// <param name="Family">Name of a strategy family.</param>
/// <param name="ParentId">The backtest that bias checks belong to.</param>
internal sealed record BacktestFilter(string Kind, string? Strategy, string? State, string? Family, Guid? ParentId = null);
