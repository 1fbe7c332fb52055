using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>The round trips of one instrument.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradeCount">Round trips, open ones included.</param>
/// <param name="WinRate">Share of the closed ones with a profit above 0; null without a closed one.</param>
/// <param name="NetProfit">Sum of the profits after fees, open ones at the last close.</param>
/// <param name="Fees">Sum of the fees.</param>
public sealed record InstrumentSummary(Symbol Symbol, int TradeCount, double? WinRate, Money NetProfit, Money Fees);
