using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>All tables of a result, cut into chunks.</summary>
public static class BacktestTables
{
    /// <summary>Returns the chunks table by table, rows ascending.</summary>
    /// <param name="result">The result.</param>
    /// <param name="panel">The bars it was computed from.</param>
    /// <param name="report">The report of the result.</param>
    /// <param name="faults">Exceptions that the policy let pass.</param>
    public static IEnumerable<ResultChunk> Chunks(
        BacktestResult result, MarketPanel panel, PerformanceReport report, IReadOnlyList<StrategyFault> faults) =>
        ResultChunk.Cut(ResultNames.Equity, ResultTables.Equity(result))
            .Concat(ResultChunk.Cut(ResultNames.Trades, ResultTables.Trades(result, panel)))
            .Concat(ResultChunk.Cut(ResultNames.Orders, Orders(result, panel)))
            .Concat(ResultChunk.Cut(ResultNames.Fills, ResultTables.Fills(result, panel)))
            .Concat(ResultChunk.Cut(ResultNames.Faults, Faults(faults)))
            .Concat(ResultChunk.Cut(ResultNames.Figures, ReportTables.Figures(report, null)))
            .Concat(ResultChunk.Cut(ResultNames.Days, ReportTables.Days(report)))
            .Concat(ResultChunk.Cut(ResultNames.Drawdowns, ReportTables.Drawdowns(report)))
            .Concat(ResultChunk.Cut(ResultNames.Periods, ReportTables.Periods(report)));

    /// <summary>Returns the texts of a result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="panel">The bars it was computed from.</param>
    /// <param name="report">The report of the result.</param>
    public static IReadOnlyList<ResultDocument> Documents(BacktestResult result, MarketPanel panel, PerformanceReport report)
    {
        string name = result.Manifest.Strategy;
        StrategyDefinition? shipped = StrategyCatalog.Definitions.FirstOrDefault(one => one.Name == name);
        var content = new TearSheetContent
        {
            Title = shipped is null ? new ChartText(name, name) : new ChartText(shipped.TitleEn, shipped.TitleZh),
            Result = result,
            Report = report,
            PriceScale = panel.Series[0].Instrument.PriceScale,
            Quantities = new ResultQuantities(panel),
            IsRedUp = false,
        };
        return
        [
            new ResultDocument(ResultDocument.Report, ReportJson.Write(result, report, null, null).ToJsonString()),
            new ResultDocument(ResultDocument.TearSheet, TearSheet.Render(content)),
        ];
    }

    private static Table Orders(BacktestResult result, MarketPanel panel)
    {
        ResultQuantities quantities = new(panel);
        TableBuilder builder = new([
            new ColumnSchema("order_id", ColumnType.Int64),
            new ColumnSchema("symbol", ColumnType.String),
            new ColumnSchema("side", ColumnType.String),
            quantities.Column("quantity"),
            new ColumnSchema("submit_date", ColumnType.Date),
            new ColumnSchema("state", ColumnType.String),
            quantities.Column("filled_quantity"),
            new ColumnSchema("bound_by", ColumnType.String),
            new ColumnSchema("type", ColumnType.String),
            new ColumnSchema("time_in_force", ColumnType.String),
            new ColumnSchema("account", ColumnType.Int64),
        ]);
        foreach (Order order in result.Run.Orders)
        {
            builder[0].Append((long)order.OrderId);
            builder[1].Append(order.Symbol.ToString());
            builder[2].Append(order.Side == OrderSide.Buy ? "buy" : "sell");
            builder[3].AppendRaw(quantities.Units(order.Symbol, order.Quantity));
            builder[4].Append(order.SubmitDate);
            builder[5].Append(Snake(order.State.ToString()));
            builder[6].AppendRaw(quantities.Units(order.Symbol, order.FilledQuantity));
            builder[7].Append(order.BoundBy ?? "");
            builder[8].Append(Snake(order.Type.ToString()));
            builder[9].Append(Snake(order.TimeInForce.ToString()));
            builder[10].Append((long)order.Account);
        }

        return builder.Build();
    }

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static Table Faults(IReadOnlyList<StrategyFault> faults)
    {
        TableBuilder builder = new([
            new ColumnSchema("call", ColumnType.String),
            new ColumnSchema("trading_date", ColumnType.Date),
            new ColumnSchema("symbol", ColumnType.String),
            new ColumnSchema("line", ColumnType.Int64),
            new ColumnSchema("error", ColumnType.String),
        ]);
        foreach (StrategyFault fault in faults)
        {
            builder[0].Append(fault.Call);
            builder[1].Append(fault.TradingDate);
            builder[2].Append(fault.Symbol);
            builder[3].Append((long)fault.Line);
            builder[4].Append(fault.Error);
        }

        return builder.Build();
    }
}
