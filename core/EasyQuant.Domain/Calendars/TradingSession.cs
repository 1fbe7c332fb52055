namespace EasyQuant.Domain;

/// <summary>A stretch of a trading day, local time of the exchange.</summary>
/// <param name="Start">Start, included.</param>
/// <param name="End">End, not included, after the start.</param>
/// <param name="IsAuction">True for an auction without continuous trading.</param>
public sealed record TradingSession(TimeOnly Start, TimeOnly End, bool IsAuction);
