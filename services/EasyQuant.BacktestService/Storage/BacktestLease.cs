namespace EasyQuant.BacktestService.Storage;

/// <summary>A backtest or sweep that this process may compute while its epoch is the newest.</summary>
internal sealed record BacktestLease(Guid BacktestId, string ProjectId, string Spec, long Epoch, int AttemptCount, string Kind = "backtest");
