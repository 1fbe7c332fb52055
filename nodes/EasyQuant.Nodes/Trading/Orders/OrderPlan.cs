using EasyQuant.Domain;

namespace EasyQuant.Nodes.Trading;

/// <summary>The orders, sells first, and which wishes gave none.</summary>
internal sealed record OrderPlan(IReadOnlyList<PlannedOrder> Orders, IReadOnlyList<(Symbol Symbol, string Reason)> Left, long Equity, long CashLeft);
