using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Statistics as JSON: snake_case names in a fixed order, amounts as decimal text, ratios as numbers, dates as ISO text, unknown as null.</summary>
public static class MetricsJson
{
    /// <summary>Writes the statistics.</summary>
    public static JsonObject Write(BacktestStatistics statistics) => new()
    {
        ["final_equity"] = statistics.FinalEquity.ToString(),
        ["initial_equity"] = statistics.InitialEquity.ToString(),
        ["total_return"] = statistics.TotalReturn,
        ["cagr"] = Number(statistics.Cagr),
        ["volatility"] = Number(statistics.Volatility),
        ["sharpe"] = Number(statistics.Sharpe),
        ["sortino"] = Number(statistics.Sortino),
        ["max_drawdown"] = statistics.MaxDrawdown,
        ["drawdown_peak_date"] = Date(statistics.DrawdownPeakDate),
        ["drawdown_trough_date"] = Date(statistics.DrawdownTroughDate),
        ["drawdown_recovery_date"] = Date(statistics.DrawdownRecoveryDate),
        ["calmar"] = Number(statistics.Calmar),
        ["trade_count"] = statistics.TradeCount,
        ["open_trade_count"] = statistics.OpenTradeCount,
        ["win_rate"] = Number(statistics.WinRate),
        ["profit_factor"] = Number(statistics.ProfitFactor),
        ["average_trade_return"] = Number(statistics.AverageTradeReturn),
        ["best_trade"] = statistics.BestTrade?.ToString(),
        ["worst_trade"] = statistics.WorstTrade?.ToString(),
        ["average_trade_days"] = Number(statistics.AverageTradeDays),
        ["exposure"] = statistics.Exposure,
        ["turnover"] = Number(statistics.Turnover),
        ["fees"] = statistics.Fees.ToString(),
        ["order_count"] = statistics.OrderCount,
        ["fill_count"] = statistics.FillCount,
        ["clipped_order_count"] = statistics.ClippedOrderCount,
        ["rejected_order_count"] = statistics.RejectedOrderCount,
        ["day_count"] = statistics.DayCount,
    };

    private static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    private static JsonNode? Date(DateOnly? value) => value?.ToString("O");
}
