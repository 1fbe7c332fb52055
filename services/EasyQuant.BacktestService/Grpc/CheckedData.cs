using EasyQuant.BacktestSandbox.Plans;
using EasyQuant.BacktestService.Files;
using EasyQuant.BacktestService.Storage;

namespace EasyQuant.BacktestService.Grpc;

/// <summary>Which bars a backtest reads.</summary>
/// <param name="Table">Table of daily bars; empty with a panel.</param>
/// <param name="Filter">Which bars of the table; of a panel its symbols are in the plan.</param>
/// <param name="Panel">The panel on disk; null for a table.</param>
/// <param name="Plan">How the market is made of them.</param>
internal sealed record CheckedData(string Table, BarFilter Filter, PanelKey? Panel, MarketPlan Plan);
