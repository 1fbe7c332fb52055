namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>A rate of a currency that holds from a day on.</summary>
/// <param name="From">First day, included.</param>
/// <param name="Rate">Units of 1e-8 of the base currency for 1 unit of the currency, above 0.</param>
public sealed record DatedRate(DateOnly From, long Rate);
