namespace EasyQuant.Domain;

/// <summary>One interval of one instrument, a day or some minutes; unadjusted prices as traded.</summary>
/// <param name="TradingDate">The trading day in the exchange's zone.</param>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Close">Last price.</param>
/// <param name="Volume">Shares traded, at least 0, in units of the instrument's quantity scale.</param>
/// <param name="PreviousClose">The exchange's reference price of the day (ex-right), which price limits are computed from; 0 units when unknown.</param>
/// <param name="Amount">Traded value; 0 when unknown.</param>
public readonly record struct Bar(
    DateOnly TradingDate,
    Price Open,
    Price High,
    Price Low,
    Price Close,
    Quantity Volume,
    Price PreviousClose,
    Money Amount = default);
