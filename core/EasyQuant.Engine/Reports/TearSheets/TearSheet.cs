using System.Globalization;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// A result as one HTML file in English and 中文 that needs no network, no script and no other file. Gains are red or green as the reader
/// chooses, and always carry a sign. Pure: the same content gives the same bytes. Stateless and thread-safe.
/// </summary>
public static class TearSheet
{
    /// <summary>Most rows of a table of trades; the exports have all.</summary>
    public const int TradesMax = 300;

    private const int InstrumentsMax = 60;
    private const int RulesMax = 30;

    /// <summary>Renders the page.</summary>
    /// <param name="content">What to show.</param>
    /// <returns>A whole HTML document in UTF-8 without a byte-order mark.</returns>
    public static string Render(TearSheetContent content)
    {
        HtmlPage page = new();
        page.Raw("<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.Raw($"<title>{ChartText.Escape(content.Title.English)} – EasyQuant</title><style>{ChartStyle.Css}</style></head><body>");
        page.Raw(ChartStyle.Switches(content.IsChinese, content.IsRedUp));
        Header(page, content);
        page.Raw("<main>");
        Cards(page, content);
        TearSheetCharts.Equity(page, content);
        TearSheetCharts.Returns(page, content);
        TearSheetCharts.Rolling(page, content);
        Drawdowns(page, content.Report);
        TearSheetCharts.Trades(page, content);
        TearSheetCharts.Activity(page, content);
        TearSheetEvidence.Section(page, content);
        page.Heading("Portfolio figures", "组合指标");
        page.Figures(content.Report.PortfolioFigures);
        if (content.Report.Benchmark is not null)
        {
            page.Heading($"Against {content.Report.BenchmarkName}", $"相对基准 {content.Report.BenchmarkName}");
            page.Figures(content.Report.BenchmarkFigures);
        }

        page.Heading("Trade figures", "交易指标");
        page.Figures(content.Report.TradeFigures);
        Instruments(page, content.Report);
        Trades(page, content);
        Bounds(page, content.Result.Run);
        Manifest(page, content.Result);
        page.Raw("</main></body></html>\n");
        return page.ToString();
    }

    /// <summary>
    /// Adds the Sharpe ratio against the number of trials to a page that was rendered before the trials were counted: the result is the page that
    /// <see cref="Render"/> gives with them. A page that shows trials, overfitting or bias checks already stays as it is.
    /// </summary>
    /// <param name="page">What <see cref="Render"/> returned.</param>
    /// <param name="trials">The Sharpe ratio against the number of trials.</param>
    public static string WithTrials(string page, TrialAssessment trials) => TearSheetEvidence.Fill(page, trials);

    private static void Header(HtmlPage page, TearSheetContent content)
    {
        EngineRun run = content.Result.Run;
        string period = $"{HtmlPage.Text(run.Equity[0].TradingDate)} – {HtmlPage.Text(run.Equity[^1].TradingDate)}";
        string parameters = string.Join(", ", content.Result.Manifest.Parameters.Select(pair => $"{pair.Key} = {pair.Value}"));
        page.Raw($"<header><h1>{content.Title.ToHtml()}<small>{ChartText.Escape(parameters.Length == 0 ? period : period + " · " + parameters)}</small></h1>{ChartStyle.Navigation}</header>");
    }

    private static void Cards(HtmlPage page, TearSheetContent content)
    {
        PortfolioStatistics s = content.Report.Portfolio;
        page.Raw("<section class=\"cards\">");
        page.Card("Total return", "总收益", HtmlPage.Percent(s.TotalReturn), Math.Sign(s.TotalReturn));
        page.Card("Compound annual growth", "年化收益", HtmlPage.Percent(s.Cagr), Math.Sign(s.Cagr ?? 0));
        page.Card("Sharpe ratio", "夏普比率", HtmlPage.Text(s.Sharpe, "0.00"), 0);
        page.Card("Largest drawdown", "最大回撤", HtmlPage.Percent(s.MaxDrawdown == 0 ? 0 : -s.MaxDrawdown), -Math.Sign(s.MaxDrawdown));
        page.Card("Volatility", "年化波动率", HtmlPage.Percent(s.Volatility), 0);
        page.Card("Final equity (CNY)", "期末权益（元）", HtmlPage.Text(content.Result.Statistics.FinalEquity), 0);
        page.Card("Trades", "交易笔数", content.Report.Trades.TradeCount.ToString("N0", CultureInfo.InvariantCulture), 0);
        page.Card("Win rate", "胜率", HtmlPage.Percent(content.Report.Trades.WinRate), 0);
        page.Card("Fees (CNY)", "费用（元）", HtmlPage.Text(s.Fees), 0);
        if (content.Report.Benchmark is { } benchmark)
        {
            page.Card("Excess growth", "超额年化收益", HtmlPage.Percent(benchmark.ExcessReturn), Math.Sign(benchmark.ExcessReturn ?? 0));
        }

        TearSheetEvidence.Card(page, content);
        page.Raw("</section>");
        if (!content.Result.Run.Assumptions.IsEmpty)
        {
            string list = string.Join(", ", content.Result.Run.Assumptions);
            page.Note($"This result rests on assumptions other than the defaults: {list}.", $"本结果采用了非默认的成交假设：{list}。");
        }
    }

    private static void Drawdowns(HtmlPage page, PerformanceReport report)
    {
        if (report.Drawdowns.IsEmpty)
        {
            return;
        }

        page.Heading("Deepest drawdowns", "最大的回撤");
        page.Table(
            Titles(("Depth", "深度"), ("Peak", "峰值日"), ("Trough", "谷底日"), ("Recovery", "恢复日"), ("Days to trough", "至谷底天数"), ("Days below the peak", "水下天数")),
            report.Drawdowns.Select(period => (IEnumerable<string>)
            [
                HtmlPage.Cell(HtmlPage.Percent(-period.Depth), -1),
                HtmlPage.Cell(HtmlPage.Text(period.PeakDate)),
                HtmlPage.Cell(HtmlPage.Text(period.TroughDate)),
                HtmlPage.Cell(HtmlPage.Text(period.RecoveryDate)),
                HtmlPage.Cell($"{period.DaysToTrough}"),
                HtmlPage.Cell($"{period.DayCount}"),
            ]));
    }

    private static void Instruments(HtmlPage page, PerformanceReport report)
    {
        if (report.Instruments.Length < 2)
        {
            return;
        }

        page.Heading("Instruments, best first", "各标的，按净利润排序");
        page.Table(
            Titles(("Symbol", "代码"), ("Net profit", "净利润"), ("Trades", "笔数"), ("Win rate", "胜率"), ("Fees", "费用")),
            report.Instruments.OrderByDescending(one => one.NetProfit).ThenBy(one => one.Symbol).Take(InstrumentsMax).Select(one => (IEnumerable<string>)
            [
                HtmlPage.Cell(one.Symbol.ToString()),
                HtmlPage.Cell(HtmlPage.Text(one.NetProfit), one.NetProfit.CompareTo(Money.Zero)),
                HtmlPage.Cell($"{one.TradeCount}"),
                HtmlPage.Cell(HtmlPage.Percent(one.WinRate)),
                HtmlPage.Cell(HtmlPage.Text(one.Fees)),
            ]));
        More(page, report.Instruments.Length, InstrumentsMax);
    }

    private static void Trades(HtmlPage page, TearSheetContent content)
    {
        if (content.Result.Trades.IsEmpty)
        {
            return;
        }

        page.Heading("Trades", "交易明细");
        page.Table(
            Titles(("Symbol", "代码"), ("Side", "方向"), ("Entry", "开仓"), ("Exit", "平仓"), ("Quantity", "数量"), ("Entry price", "开仓价"), ("Exit price", "平仓价"), ("Profit", "盈亏"), ("Return", "收益率"), ("Days", "天数")),
            content.Result.Trades.Take(TradesMax).Select(trip => (IEnumerable<string>)
            [
                HtmlPage.Cell(trip.Symbol.ToString()),
                HtmlPage.Cell(trip.IsShort ? new ChartText("short", "做空") : new ChartText("long", "做多")),
                HtmlPage.Cell(HtmlPage.Text(trip.EntryDate)),
                trip.ExitDate is null ? HtmlPage.Cell(new ChartText("open", "持有中")) : HtmlPage.Cell(HtmlPage.Text(trip.ExitDate)),
                HtmlPage.Cell(QuantityText(trip, content.Quantities)),
                HtmlPage.Cell(trip.EntryPrice.ToString(content.PriceScale)),
                HtmlPage.Cell(trip.ExitPrice.ToString(content.PriceScale)),
                HtmlPage.Cell(HtmlPage.Text(trip.Profit), trip.Profit.CompareTo(Money.Zero)),
                HtmlPage.Cell(HtmlPage.Percent(trip.Return), Math.Sign(trip.Return)),
                HtmlPage.Cell($"{trip.DayCount}"),
            ]));
        More(page, content.Result.Trades.Length, TradesMax);
    }

    private static string QuantityText(RoundTrip trip, ResultQuantities? quantities) => quantities is null
        ? trip.Quantity.Units.ToString("N0", CultureInfo.InvariantCulture)
        : ((decimal)quantities.Units(trip.Symbol, trip.Quantity) / ScaledDecimal.PowerOfTen(quantities.Scale)).ToString("#,0.########", CultureInfo.InvariantCulture);

    private static void Bounds(HtmlPage page, EngineRun run)
    {
        (string Rule, int Count)[] bounds = [.. run.Orders
            .Where(order => order.BoundBy is not null)
            .GroupBy(order => order.BoundBy!, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Count()))
            .OrderByDescending(pair => pair.Item2)
            .ThenBy(pair => pair.Key, StringComparer.Ordinal)];
        if (bounds.Length > 0)
        {
            page.Heading("What bound orders", "限制委托的规则");
            page.Table(
                Titles(("Rule or reason", "规则或原因"), ("Orders", "委托数")),
                bounds.Take(RulesMax).Select(pair => (IEnumerable<string>)[HtmlPage.Cell(pair.Rule), HtmlPage.Cell($"{pair.Count}")]));
            More(page, bounds.Length, RulesMax);
        }
    }

    private static void Manifest(HtmlPage page, BacktestResult result)
    {
        page.Heading("What reproduces this result", "复现信息");
        page.Table(
            Titles(("Name", "名称"), ("Value", "值")),
            result.Manifest.ToJson().Select(pair => (IEnumerable<string>)
            [
                HtmlPage.Cell(pair.Key),
                HtmlPage.TextCell(pair.Value is System.Text.Json.Nodes.JsonValue value && value.TryGetValue(out string? text) ? text : pair.Value?.ToJsonString() ?? "–"),
            ]),
            endsWithText: true);
    }

    private static void More(HtmlPage page, int count, int shown)
    {
        if (count > shown)
        {
            page.Note($"The first {shown} of {count}; the exports hold all.", $"显示前 {shown} 条，共 {count} 条；导出文件包含全部。");
        }
    }

    internal static IEnumerable<string> Titles(params (string English, string Chinese)[] titles) =>
        titles.Select(title => new ChartText(title.English, title.Chinese).ToHtml());
}
