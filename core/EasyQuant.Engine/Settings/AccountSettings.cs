using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One of several accounts of a run. Positions, cash and orders of accounts are apart; the market is the same.</summary>
/// <param name="Name">Names the account in results, unique in the run.</param>
/// <param name="Cash">Cash at the start by currency, at least one entry, amounts at least 0, currencies distinct.</param>
/// <param name="Margin">Terms for borrowing; null (default) for a cash account: long only, cash never negative.</param>
public sealed record AccountSettings(string Name, IReadOnlyList<CashBalance> Cash, MarginSettings? Margin = null);
