using EasyQuant.Data;

namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>Which bars of a panel on disk a backtest sees, and how.</summary>
/// <param name="Symbols">Canonical symbols; empty means all.</param>
/// <param name="Adjustment">How prices are adjusted.</param>
/// <param name="AsOf">Date on which the adjustment is asked for; null takes the last day of the panel. Ignored without adjustment.</param>
public sealed record PanelPlan(IReadOnlyList<string> Symbols, PriceAdjustment Adjustment, DateOnly? AsOf);
