using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

public sealed partial class FigureTests
{
    [Fact]
    public void Figures_EveryProperty_IsInTheCatalogueOnce()
    {
        PerformanceReport report = Report(7);
        Verify(report.Portfolio, report.PortfolioFigures, 25);
        Verify(report.Trades, report.TradeFigures, 40);
        Verify(report.Benchmark!, report.BenchmarkFigures, 20);

        static void Verify(object statistics, ImmutableArray<FigureGroup> groups, int least)
        {
            Figure[] figures = [.. groups.SelectMany(group => group.Figures)];
            PropertyInfo[] properties = [.. statistics.GetType().GetProperties().Where(one => one.Name != "EqualityContract")];
            Assert.True(figures.Length >= least, $"only {figures.Length} figures");
            Assert.Equal(properties.Select(one => Snake(one.Name)).Order(), figures.Select(one => one.Name).Order());
            foreach (PropertyInfo property in properties)
            {
                Figure figure = figures.Single(one => one.Name == Snake(property.Name));
                object? value = property.GetValue(statistics);
                Assert.Equal(value is int count ? (double)count : value, (object?)figure.Amount ?? figure.Number);
                Assert.Equal(property.PropertyType == typeof(Money) || property.PropertyType == typeof(Money?), figure.Unit == FigureUnit.Money);
                Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", figure.TitleZh);
            }
        }
    }

    [Fact]
    public void Documentation_EveryFigure_SaysWhatTheCodeSays()
    {
        PerformanceReport report = Report(7);
        string[] page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "statistics.md"));
        Dictionary<string, string> summaries = XDocument.Load(Path.Combine(AppContext.BaseDirectory, "EasyQuant.Engine.xml"))
            .Descendants("member")
            .ToDictionary(member => (string)member.Attribute("name")!, member => Spaces().Replace(member.Element("summary")?.Value ?? "", " ").Trim());
        List<string> missing = [];
        foreach ((string record, ImmutableArray<FigureGroup> groups) in new[]
        {
            ("PortfolioStatistics", report.PortfolioFigures), ("TradeStatistics", report.TradeFigures), ("BenchmarkStatistics", report.BenchmarkFigures),
        })
        {
            foreach (Figure figure in groups.SelectMany(group => group.Figures))
            {
                string property = typeof(PerformanceReport).Assembly.GetType("EasyQuant.Engine." + record)!
                    .GetProperties().Single(one => Snake(one.Name) == figure.Name).Name;
                string summary = summaries[$"P:EasyQuant.Engine.{record}.{property}"];
                string row = $"| `{figure.Name}` | {figure.TitleEn} | {figure.TitleZh} | {figure.Unit.ToString().ToLowerInvariant()} | {summary} |";
                if (!page.Contains(row))
                {
                    missing.Add(row);
                }
            }
        }

        Assert.True(missing.Count == 0, "docs/statistics.md lacks:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Documentation_TrialFigures_AreListedAsTheCodeNamesThem()
    {
        string[] page = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "docs", "statistics.md"));
        TrialAssessment trials = TrialAssessment.Of(new SharpeSample(0.1, 250, 0, 3), new TrialSummary(5, 0, 0.01));
        Assert.Equal(trials.ToJson().Select(pair => pair.Key), trials.Figures.Select(figure => figure.Name));
        Assert.All(trials.Figures, figure => Assert.Contains(
            page, row => row.StartsWith($"| `{figure.Name}` | {figure.TitleEn} | {figure.TitleZh} | {figure.Unit.ToString().ToLowerInvariant()} | ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Report_AnyRandomRun_KeepsItsIdentities() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(60),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            (BacktestResult result, MarketPanel panel) = Run(seed);
            PerformanceReport report = PerformanceReport.Of(result, panel, null, ReportOptions.Default);
            PortfolioStatistics p = report.Portfolio;
            BacktestStatistics core = result.Statistics;
            Assert.Equal((core.TotalReturn, core.MaxDrawdown), (p.TotalReturn, p.MaxDrawdown));
            Assert.Equal(core.Cagr ?? 0, p.Cagr ?? 0, 9);
            Assert.Equal(core.Sharpe ?? 0, p.Sharpe ?? 0, 9);
            Assert.Equal(core.Sortino ?? 0, p.Sortino ?? 0, 9);
            Assert.Equal((core.Fees, core.Exposure), (p.Fees, p.ExposureRatio));
            Assert.Equal(core.Turnover ?? 0, p.Turnover ?? 0, 9);
            Assert.Equal(p.Fees, report.Days.Aggregate(Money.Zero, (sum, day) => sum + day.Fees));
            Assert.Equal(p.TradedValue, report.Days.Aggregate(Money.Zero, (sum, day) => sum + day.TradedValue));
            double growth = report.Months.Aggregate(1.0, (sum, month) => sum * (1 + month.Return));
            Assert.Equal(p.TotalReturn, growth - 1, 9);
            Assert.Equal(growth, report.Years.Aggregate(1.0, (sum, year) => sum * (1 + year.Return)), 9);
            Assert.Equal(
                core.FinalEquity - core.InitialEquity, report.Instruments.Aggregate(Money.Zero, (sum, one) => sum + one.NetProfit));
            Assert.Equal(core.TradeCount, report.Trades.TradeCount);
            Assert.Equal(report.Trades.TradeCount, report.Trades.WinCount + report.Trades.LossCount + report.Trades.EvenCount);
            Assert.InRange(p.ExpectedShortfall95, p.ValueAtRisk95 - 1e-12, 1);
            Assert.All(report.Excursions, one => Assert.True(one.Adverse >= 0 && one.Favourable >= 0));
            Assert.All(
                report.PortfolioFigures.Concat(report.TradeFigures).SelectMany(group => group.Figures),
                figure => Assert.True(figure.Number is null || double.IsFinite(figure.Number.Value)));
        }));

    private static PerformanceReport Report(int seed)
    {
        (BacktestResult result, MarketPanel panel) = Run(seed);
        return PerformanceReport.Of(
            result, panel, new BenchmarkSeries("INDEX", panel.Calendar.Days, [.. panel.Calendar.Days.Select((_, i) => 100.0 + (i % 7))]), ReportOptions.Default);
    }

    private static (BacktestResult Result, MarketPanel Panel) Run(int seed)
    {
        MarketPanel panel = RandomMarket.Make(seed);
        return (Backtester.Run(panel, "sma_cross", new JsonObject { ["fast"] = 1, ["slow"] = 3 }, new BacktestSettings(), null, default), panel);
    }

    private static string Snake(string name) => Words().Replace(name, "_$0").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]|(?<=[A-Za-z])[0-9]+(?![0-9])")]
    private static partial Regex Words();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
