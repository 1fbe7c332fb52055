using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The accounts after the close of a day, in the base currency.</summary>
/// <param name="TradingDate">The day.</param>
/// <param name="Equity">Cash, receivables and positions at their last closes.</param>
/// <param name="Cash">Cash.</param>
public readonly record struct EquityPoint(DateOnly TradingDate, Money Equity, Money Cash);
