namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>Rates of one currency into the base currency.</summary>
/// <param name="Currency">ISO 4217 code, or the name of a coin.</param>
/// <param name="Rates">Rates by day, ascending, at least one.</param>
public sealed record RatePlan(string Currency, IReadOnlyList<DatedRate> Rates);
