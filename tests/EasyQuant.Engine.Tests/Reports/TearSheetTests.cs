using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed partial class TearSheetTests
{
    private static readonly (BacktestResult Result, MarketPanel Panel, PerformanceReport Report) s_run = Run();

    [Fact]
    public void Page_AnyResult_NeedsNothingButItself()
    {
        string page = Page(new ChartText("Cross", "交叉"));
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "tear-sheet.html"), page);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(Outside(), page);
        Assert.Equal(page, Page(new ChartText("Cross", "交叉")));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_AnyResult_IsWellFormedAndHasItsPictures()
    {
        XElement body = Body(Page(new ChartText("Cross", "交叉")));
        string[] pictures = [.. body.Descendants("svg").Select(svg => (string)svg.Attribute("aria-label")!)];
        Assert.Equal(
            [
                "Equity / 权益曲线", "Drawdown / 回撤", "Monthly returns / 月度收益", "Yearly returns / 年度收益", "Daily returns / 日收益",
                "Rolling Sharpe ratio / 滚动夏普比率", "Rolling volatility / 滚动波动率", "Rolling beta / 滚动贝塔", "Trade returns / 单笔收益",
                "Adverse excursion and return / 最大不利变动与收益", "Exposure / 敞口", "Costs / 成本",
            ],
            pictures);
        Assert.Equal(
            body.Descendants().Count(one => (string?)one.Attribute("lang") == "en"),
            body.Descendants().Count(one => (string?)one.Attribute("lang") == "zh"));
    }

    [Fact]
    public void Page_HostileNames_AreShownAsText()
    {
        const string Evil = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";
        BacktestResult hostile = s_run.Result with
        {
            Manifest = s_run.Result.Manifest with { Strategy = Evil, Parameters = new JsonObject { [Evil] = Evil } },
            Run = s_run.Result.Run with { Orders = [.. s_run.Result.Run.Orders.Select(order => order with { BoundBy = Evil })], Assumptions = [Evil] },
        };
        BiasReport bias = new("key", 1, [new BiasVerdict(BiasCheck.Delay, BiasOutcome.Warned, [], Evil, Evil)]);
        string page = TearSheet.Render(new TearSheetContent
        {
            Title = new ChartText(Evil, Evil),
            Result = hostile,
            Report = s_run.Report with { BenchmarkName = Evil },
            Bias = bias,
        });
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        XElement body = Body(page);
        Assert.Contains(body.Descendants("td"), cell => cell.Value == Evil);
    }

    [Theory]
    [InlineData(false, true, "lang-en", "colour-red")]
    [InlineData(true, false, "lang-zh", "colour-green")]
    public void Page_Options_ChooseWhatOpensFirst(bool isChinese, bool isRedUp, string language, string colour)
    {
        XElement body = Body(TearSheet.Render(new TearSheetContent
        {
            Title = new ChartText("a", "b"), Result = s_run.Result, Report = s_run.Report, IsChinese = isChinese, IsRedUp = isRedUp,
        }));
        Assert.Equal(
            [language, colour],
            body.Elements("input").Where(input => input.Attribute("checked") is not null).Select(input => (string)input.Attribute("id")!));
    }

    [Fact]
    public void Page_RunWithoutTrades_StillRenders()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 8), 1).Flat("600000.SH", "10").Build();
        BacktestResult result = Backtester.Run(panel, "buy_and_hold", [], new BacktestSettings(), null, default);
        string page = TearSheet.Render(new TearSheetContent
        {
            Title = new ChartText("None", "无"), Result = result, Report = PerformanceReport.Of(result, panel, null, ReportOptions.Default),
        });
        Assert.NotEmpty(Body(page).Descendants("svg"));
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_Report_AgreeWithEachOther()
    {
        TrialAssessment trials = TrialAssessment.Of(Trial.Of(s_run.Result, null).Sample, new TrialSummary(100, 0, 0.001));
        JsonObject json = ReportJson.Write(s_run.Result, s_run.Report, trials, null);
        Table figures = ReportTables.Figures(s_run.Report, trials);
        StringColumn sections = figures.GetColumn<StringColumn>("section");
        StringColumn names = figures.GetColumn<StringColumn>("name");
        StringColumn values = figures.GetColumn<StringColumn>("value");
        Assert.True(figures.RowCount > 140, $"{figures.RowCount} figures");
        for (int row = 0; row < figures.RowCount; row++)
        {
            JsonObject section = json[sections.GetString(row)!]!.AsObject();
            Assert.True(section.ContainsKey(names.GetString(row)!));
            Assert.Equal(section[names.GetString(row)!]?.ToString(), values.IsNull(row) ? null : values.GetString(row));
        }

        Table days = ReportTables.Days(s_run.Report);
        Assert.Equal(s_run.Result.Run.Equity.Length, days.RowCount);
        Assert.Equal(ReportOptions.Default.RollingDays - 1, days["rolling_sharpe"].NullCount);
        Assert.Equal(s_run.Report.Drawdowns.Length, ReportTables.Drawdowns(s_run.Report).RowCount);
        Assert.Equal(s_run.Report.Months.Length + s_run.Report.Years.Length, ReportTables.Periods(s_run.Report).RowCount);
        StringWriter csv = new();
        TableCsv.Write(days, csv);
        Assert.Contains("rolling_sharpe", csv.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WithTrials_PageWithoutThem_IsThePageRenderedWithThem()
    {
        ChartText title = new("Cross <!--trials-card-->", "交叉");
        TearSheetContent content = new() { Title = title, Result = s_run.Result, Report = s_run.Report };
        TrialAssessment trials = TrialAssessment.Of(Trial.Of(s_run.Result, null).Sample, new TrialSummary(100, 0, 0.001));
        string without = TearSheet.Render(content);
        Assert.DoesNotContain("Deflated", without, StringComparison.Ordinal);
        string with = TearSheet.WithTrials(without, trials);
        Assert.Equal(TearSheet.Render(content with { Trials = trials }), with);
        Assert.Equal(with, TearSheet.WithTrials(with, trials with { TrialCount = 7 }));
        XElement[] rows = [.. Body(with).Descendants("tr").Where(row => row.Elements("td").Count() == 2)];
        Assert.Contains(rows, row => row.Value == "Trials of this family in this window同策略族同窗口试验次数100");
        Assert.Contains(rows, row => row.Value.StartsWith("Deflated Sharpe ratio缩水夏普概率 (DSR)", StringComparison.Ordinal) && row.Value.EndsWith('%'));
    }

    private static string Page(ChartText title) => TearSheet.Render(new TearSheetContent
    {
        Title = title,
        Result = s_run.Result,
        Report = s_run.Report,
        Trials = TrialAssessment.Of(Trial.Of(s_run.Result, null).Sample, new TrialSummary(100, 0, 0.001)),
    });

    private static XElement Body(string page)
    {
        string text = page[page.IndexOf("<body>", StringComparison.Ordinal)..(page.IndexOf("</body>", StringComparison.Ordinal) + 7)];
        return XElement.Parse(Inputs().Replace(text, "<input$1/>").Replace(" checked/", " checked=\"\"/", StringComparison.Ordinal));
    }

    private static (BacktestResult Result, MarketPanel Panel, PerformanceReport Report) Run()
    {
        const int Days = 700;
        Random random = new(11);
        PanelBuilder builder = new(new DateOnly(2022, 3, 1), Days);
        foreach (string symbol in new[] { "000001.SZ", "600000.SH", "600519.SH" })
        {
            long[] close = new long[Days];
            double price = 20;
            for (int i = 0; i < Days; i++)
            {
                price *= 1.0004 + ((random.NextDouble() - 0.5) * 0.04);
                close[i] = (long)Math.Round(price * 100) * 100;
            }

            builder.Add(symbol, [.. Enumerable.Range(0, Days)], [close[0], .. close[..^1]], close, [.. close.Select(_ => 5_000_000L)]);
        }

        MarketPanel panel = builder.Build();
        BacktestResult result = Backtester.Run(panel, "sma_cross", new JsonObject { ["fast"] = 5, ["slow"] = 20 }, new BacktestSettings(), null, default);
        return (result, panel, PerformanceReport.Of(result, panel, BenchmarkSeries.Of(panel, Symbol.Parse("600519.SH")), ReportOptions.Default));
    }

    [GeneratedRegex("(src|href|url|@import|http)\\s*[=(:]", RegexOptions.IgnoreCase)]
    private static partial Regex Outside();

    [GeneratedRegex("<input([^>]*)>")]
    private static partial Regex Inputs();
}
