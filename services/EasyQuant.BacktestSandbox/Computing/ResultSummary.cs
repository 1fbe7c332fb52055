using System.Text.Json.Nodes;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>What a backtest gives besides its tables.</summary>
/// <param name="Metrics">Figures by name.</param>
/// <param name="Manifest">What reproduces it.</param>
/// <param name="FaultCount">Exceptions of the strategy that the policy let pass.</param>
/// <param name="Trial">What the trial ledger counts, as JSON; null when it is told otherwise.</param>
public sealed record ResultSummary(JsonObject Metrics, JsonObject Manifest, long FaultCount, string? Trial = null);
