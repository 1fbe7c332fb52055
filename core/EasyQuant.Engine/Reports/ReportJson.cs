using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>
/// A report as JSON, schema <c>easyquant/report/1</c>: snake_case names in a fixed order, amounts as decimal text, ratios as numbers, dates as
/// ISO text, what the data cannot give as null. Names of figures are those of docs/statistics.md. Stateless and thread-safe.
/// </summary>
public static class ReportJson
{
    /// <summary>Writes a report. Daily columns are left out: they are in the tables of <see cref="ReportTables"/>.</summary>
    /// <param name="result">The result.</param>
    /// <param name="report">Its report.</param>
    /// <param name="trials">The Sharpe ratio against the number of trials; null when unknown.</param>
    /// <param name="bias">Verdicts of the bias checks; null when none ran.</param>
    public static JsonObject Write(BacktestResult result, PerformanceReport report, TrialAssessment? trials, BiasReport? bias) => new()
    {
        ["schema"] = "easyquant/report/1",
        ["manifest"] = result.Manifest.ToJson(),
        ["first_date"] = Date(result.Run.Equity[0].TradingDate),
        ["last_date"] = Date(result.Run.Equity[^1].TradingDate),
        ["initial_equity"] = result.Statistics.InitialEquity.ToString(),
        ["final_equity"] = result.Statistics.FinalEquity.ToString(),
        ["periods_per_year"] = report.Options.PeriodsPerYear,
        ["risk_free_rate"] = report.Options.RiskFreeRate,
        ["portfolio"] = Figures(report.PortfolioFigures),
        ["trades"] = Figures(report.TradeFigures),
        ["benchmark_name"] = report.BenchmarkName,
        ["benchmark"] = report.Benchmark is null ? null : Figures(report.BenchmarkFigures),
        ["drawdowns"] = new JsonArray([.. report.Drawdowns.Select(period => new JsonObject
        {
            ["peak_date"] = Date(period.PeakDate),
            ["trough_date"] = Date(period.TroughDate),
            ["recovery_date"] = Date(period.RecoveryDate),
            ["depth"] = period.Depth,
            ["days_to_trough"] = period.DaysToTrough,
            ["day_count"] = period.DayCount,
        })]),
        ["months"] = Periods(report.Months),
        ["years"] = Periods(report.Years),
        ["instruments"] = new JsonArray([.. report.Instruments.Select(one => new JsonObject
        {
            ["symbol"] = one.Symbol.ToString(),
            ["trade_count"] = one.TradeCount,
            ["win_rate"] = one.WinRate,
            ["net_profit"] = one.NetProfit.ToString(),
            ["fees"] = one.Fees.ToString(),
        })]),
        ["assumptions"] = new JsonArray([.. result.Run.Assumptions.Select(one => JsonValue.Create(one))]),
        ["trials"] = trials?.ToJson(),
        ["bias"] = bias?.ToJson(),
    };

    private static JsonObject Figures(ImmutableArray<FigureGroup> groups) =>
        new(groups.SelectMany(group => group.Figures).Select(figure => KeyValuePair.Create(figure.Name, figure.ToJson())));

    private static JsonArray Periods(ImmutableArray<PeriodReturn> periods) => new([.. periods.Select(period => new JsonObject
    {
        ["period"] = period.Month == 0 ? $"{period.Year:0000}" : $"{period.Year:0000}-{period.Month:00}",
        ["return"] = period.Return,
        ["benchmark_return"] = period.BenchmarkReturn,
    })]);

    private static string? Date(DateOnly? date) => date?.ToString("O", CultureInfo.InvariantCulture);
}
