using System.Text.Json.Nodes;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>How one trial of a sweep ended.</summary>
/// <param name="Trial">Its number, from 0.</param>
/// <param name="Metrics">Figures by name; null when it failed.</param>
/// <param name="Fault">Why it failed; null when it succeeded.</param>
/// <param name="Counted">What the trial ledger counts, as JSON; null when it failed.</param>
/// <param name="DailyReturns">Returns a trading day, oldest first; null when it failed.</param>
public sealed record TrialResult(int Trial, JsonObject? Metrics, SandboxFault? Fault, string? Counted = null, double[]? DailyReturns = null);
