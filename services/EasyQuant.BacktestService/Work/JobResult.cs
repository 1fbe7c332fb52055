namespace EasyQuant.BacktestService.Work;

/// <summary>What a computation gives: two JSON texts and two table files.</summary>
internal sealed record JobResult(string Metrics, string Manifest, byte[] Equity, byte[] Trades);
