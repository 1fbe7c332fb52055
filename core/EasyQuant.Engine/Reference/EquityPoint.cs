using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The account after the close of a day.</summary>
/// <param name="TradingDate">The day.</param>
/// <param name="Equity">Cash plus positions at their last closes.</param>
/// <param name="Cash">Cash.</param>
public readonly record struct EquityPoint(DateOnly TradingDate, Money Equity, Money Cash);
