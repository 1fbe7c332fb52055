using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What the account held and paid on a day.</summary>
/// <param name="TradingDate">The day.</param>
/// <param name="Exposure">(Equity - cash) / equity at the close; null when the equity is not above 0.</param>
/// <param name="TradedValue">Sum of the values of the day's fills.</param>
/// <param name="Fees">Sum of the fees of the day's fills.</param>
public sealed record DayActivity(DateOnly TradingDate, double? Exposure, Money TradedValue, Money Fees);
