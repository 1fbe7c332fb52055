namespace EasyQuant.Engine;

/// <summary>Return of a calendar month or year, an incomplete one included.</summary>
/// <param name="Year">Calendar year.</param>
/// <param name="Month">1 to 12; 0 for a whole year.</param>
/// <param name="Return">Product of 1 + daily return, minus 1.</param>
/// <param name="BenchmarkReturn">The same of the benchmark; null without one.</param>
public sealed record PeriodReturn(int Year, int Month, double Return, double? BenchmarkReturn);
