using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>An account fell below its maintenance margin.</summary>
/// <param name="TradingDate">The day after whose close it was found.</param>
/// <param name="Account">Index of the account.</param>
/// <param name="Equity">Equity of the account in the base currency.</param>
public sealed record MarginCall(DateOnly TradingDate, int Account, Money Equity);
