namespace EasyQuant.Domain;

/// <summary>One price change of a market: a trade, or a quote when nothing was traded.</summary>
/// <param name="Time">Instant, UTC.</param>
/// <param name="Last">Last price in price units, above 0.</param>
/// <param name="Bid">Best bid; 0 units when there is none.</param>
/// <param name="Ask">Best ask; 0 units when there is none.</param>
/// <param name="Volume">Quantity traded since the tick before, at least 0.</param>
public readonly record struct Tick(DateTimeOffset Time, Price Last, Price Bid, Price Ask, Quantity Volume);
