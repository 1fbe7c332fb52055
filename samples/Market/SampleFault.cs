namespace EasyQuant.Samples.Market;

/// <summary>A fault that the generator planted for DataClean to find.</summary>
/// <param name="Kind"><c>duplicate</c>, <c>ohlc_breach</c>, <c>non_positive_price</c>, <c>zero_volume</c> or <c>gap</c>.</param>
/// <param name="Symbol">Canonical symbol.</param>
/// <param name="TradingDate">Day of the faulty bar; for a gap the first missing day.</param>
public sealed record SampleFault(string Kind, string Symbol, DateOnly TradingDate);
