namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>How bars are made of a table of ticks. Travels as JSON.</summary>
/// <param name="Interval">Length of the bars: 1d, 1m to 720m, or 1h to 12h.</param>
/// <param name="UtcOffsetMinutes">Local time of the exchange less UTC in minutes.</param>
public sealed record TickPlan(string Interval, int UtcOffsetMinutes);
