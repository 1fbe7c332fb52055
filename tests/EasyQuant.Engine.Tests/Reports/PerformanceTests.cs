using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// One account of 12 days that holds 1,000 shares from the second day on, without fees: equity 100000 101000 100500 102000 99000 97000
/// 99500 103000 102000 104000 103500 106000. The expected figures were computed from the formulas of docs/statistics.md by a program
/// that shares no code with this one.
/// </summary>
public sealed class PerformanceTests
{
    private static readonly string[] s_closes =
        ["100", "101", "100.5", "102", "99", "97", "99.5", "103", "102", "104", "103.5", "106"];

    private static readonly double[] s_benchmark =
        [0.004, 0.008, -0.006, 0.01, -0.02, -0.015, 0.02, 0.03, -0.005, 0.012, -0.002, 0.018];

    private static readonly (BacktestResult Result, MarketPanel Panel) s_run = Run();

    [Fact]
    public void Returns_TwelveDays_EqualIndependentFigures()
    {
        PortfolioStatistics s = Report(null).Portfolio;
        Near(0.06, s.TotalReturn);
        Near(2.399563600545619, s.Cagr);
        Near(Math.Pow(1.06, 1.0 / 12) - 1, s.GeometricDailyReturn);
        Near((103_000.0 / 99_500) - 1, s.BestDay);
        Near((99_000.0 / 102_000) - 1, s.WorstDay);
        Assert.Equal((2, 2), (s.LongestWinningDays, s.LongestLosingDays));
        Near(6.0 / 12, s.PositiveDayRatio);
        Near(0.03, s.BestMonth);
        Near((106_000.0 / 103_000) - 1, s.WorstMonth);
        Near((0.03 + (106.0 / 103) - 1) / 2, s.MeanMonthlyReturn);
        Near(1, s.PositiveMonthRatio);
        Near(0.06, s.BestYear);
        Assert.Null(s.GainToPain);
    }

    [Fact]
    public void Risk_TwelveDays_EqualsIndependentFigures()
    {
        PortfolioStatistics s = Report(null).Portfolio;
        Near(0.31392527629901534, s.Volatility);
        Near(0.17238370815553095, s.DownsideDeviation);
        Near(-0.18294810995004668, s.Skewness);
        Near(-1.0022412242900733, s.ExcessKurtosis);
        Near(0.024346405228758184, s.ValueAtRisk95);
        Near(0.028398692810457524, s.ValueAtRisk99);
        Near(0.02941176470588236, s.ExpectedShortfall95);
        Near(0.028897299671315668, s.ModifiedValueAtRisk95);
        Near(1.2323956320730454, s.TailRatio);
        Near(1.1959798994974886, s.RachevRatio);
        Near(-0.12852132951487807, s.Autocorrelation);
        Near(4.050898995879454, s.Sharpe);
        Near(4.93464484716739, s.SharpeStandardError);
        Near(0.7941512150733863, s.ProbabilisticSharpe);
        Near(7.377028839601857, s.Sortino);
        Near(1.8766002936915824, s.Omega);
        Near(0.9948357397515539, s.UpsidePotential);
        Near(12.904023032605226, s.KellyFraction);
        Near(0.4148625208595791, s.Stability);
    }

    [Fact]
    public void Drawdowns_TwelveDays_AreListedDeepestFirst()
    {
        PerformanceReport report = Report(null);
        PortfolioStatistics s = report.Portfolio;
        DateOnly[] day = [.. s_run.Panel.Calendar.Days];
        Assert.Equal(
            [
                new DrawdownPeriod(day[3], day[5], day[7], 5.0 / 102, 2, 3),
                new DrawdownPeriod(day[7], day[8], day[9], 1.0 / 103, 1, 1),
                new DrawdownPeriod(day[1], day[2], day[3], 0.5 / 101, 1, 1),
                new DrawdownPeriod(day[9], day[10], day[11], 0.5 / 104, 1, 1),
            ],
            report.Drawdowns.ToArray());
        double[] depths = [5.0 / 102, 1.0 / 103, 0.5 / 101, 0.5 / 104];
        Near(depths.Average(), s.MeanDrawdown);
        Assert.Equal((4, 3, 2), (s.DrawdownCount, s.LongestDrawdownDays, s.MaxDrawdownDays));
        Near(6.0 / 12, s.UnderwaterRatio);
        Near(1.5, s.MeanDrawdownDays);
        Near(0, s.CurrentDrawdown);
        Near(0.018281560021774407, s.UlcerIndex);
        Near(0.010200675140988597, s.PainIndex);
        Near(2.399563600545619 / 0.018281560021774407, s.MartinRatio);
        Near(2.399563600545619 / 0.010200675140988597, s.PainRatio);
        Near(2.399563600545619 / Math.Sqrt(depths.Sum(depth => depth * depth)), s.BurkeRatio);
        Near(6000.0 / 5000, s.RecoveryFactor);
        Near(2.399563600545619 / (5.0 / 102), s.Calmar);
    }

    [Fact]
    public void Costs_OneBuy_AreItsOwn()
    {
        PerformanceReport report = Report(null);
        PortfolioStatistics s = report.Portfolio;
        Near(11.0 / 12, s.ExposureRatio);
        Near(11.0 / 12, s.MeanExposure);
        Near(1, s.MaxExposure);
        Assert.Equal(("100000", "0"), (s.TradedValue.ToString(), s.Fees.ToString()));
        double mean = s_closes.Sum(double.Parse) * 1000 / 12;
        Near(100_000 / mean * 252 / 12, s.Turnover);
        Near(0, s.FeeRate);
        Assert.Equal(("0", "0", "0"), (s.SlippageCost.ToString(), s.DividendIncome.ToString(), s.InterestIncome.ToString()));
        Assert.Equal(("0", "100000"), (report.Days[0].TradedValue.ToString(), report.Days[1].TradedValue.ToString()));
        Assert.Equal(12, report.Days.Length);
    }

    [Fact]
    public void Benchmark_TwelveDays_EqualsIndependentFigures()
    {
        PerformanceReport report = Report(Benchmark());
        BenchmarkStatistics s = report.Benchmark!;
        Assert.Equal("INDEX", report.BenchmarkName);
        Near(0.054104380929718365, s.BenchmarkTotalReturn);
        Near(0.0347, s.BenchmarkMaxDrawdown);
        Near(1.3263864843246762, s.Beta);
        Near(1.2585190118600817, s.BetaUp);
        Near(-0.23244268668332127, s.Alpha);
        Near(-1.0250365734443696, s.AlphaT);
        Near(-4.929849321221567, s.AppraisalRatio);
        Near(0.08869010019311602, s.TrackingError);
        Near(1.5523670200064557, s.InformationRatio);
        Near(0.9896929790379878, s.Correlation);
        Near(0.9896929790379878 * 0.9896929790379878, s.RSquared);
        Near(1.2699584359509442, s.UpCapture);
        Near(1.4405854512351088, s.DownCapture);
        Near(1.2699584359509442 / 1.4405854512351088, s.CaptureRatio);
        Near(7.0 / 12, s.BattingAverage);
        Near(0.9587549342289412, s.Treynor);
        Near(0.948873027024411, s.ModiglianiReturn);
        Near(0.014834360139995062, s.MaxRelativeDrawdown);
    }

    [Fact]
    public void Benchmark_OfItself_HasBetaOneAndNoAlpha()
    {
        BenchmarkStatistics s = Report(BenchmarkSeries.Of(s_run.Panel, s_run.Panel.Series[0].Instrument.Symbol)).Benchmark!;
        Near(1, s.Beta);
        Near(0, s.Alpha);
        Near(0, s.TrackingError);
        Near(1, s.UpCapture);
        Near(1, s.DownCapture);
        Near(0, s.MaxRelativeDrawdown);
        Near(0, s.ExcessReturn);
        Assert.Null(s.AlphaT);
    }

    [Fact]
    public void Benchmark_DayMissing_IsNamed()
    {
        DateOnly[] days = [.. s_run.Panel.Calendar.Days];
        BenchmarkSeries holed = new("INDEX", [.. days.Where(day => day != days[5])], [.. days.Skip(1).Select(_ => 1.0)]);
        ParameterError error = Assert.Throws<BacktestParameterException>(() => Report(holed)).Errors.Single();
        Assert.Equal("BENCHMARK_INCOMPLETE", error.Reason);
        Assert.Contains($"{days[5]:O}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rolling_WindowOfFive_EqualsTheWindowAlone()
    {
        PerformanceReport report = PerformanceReport.Of(
            s_run.Result, s_run.Panel, Benchmark(), ReportOptions.Default with { RollingDays = 5 });
        Assert.Equal(8, report.Rolling.Length);
        RollingPoint last = report.Rolling[^1];
        Assert.Equal(s_run.Panel.Calendar.Days[11], last.TradingDate);
        Near((106.0 / 99.5) - 1, last.Return);
        double[] window = [.. report.Returns.TakeLast(5)];
        double mean = window.Average();
        double deviation = Math.Sqrt(window.Sum(one => (one - mean) * (one - mean)) / 4);
        Near(deviation * Math.Sqrt(252), last.Volatility);
        Near(mean / deviation * Math.Sqrt(252), last.Sharpe);
        Assert.NotNull(last.Beta);
        Assert.Empty(Report(null).Rolling);
    }

    [Fact]
    public void Report_RiskFreeRate_LowersTheExcess()
    {
        PortfolioStatistics free = Report(null).Portfolio;
        PortfolioStatistics s = PerformanceReport.Of(
            s_run.Result, s_run.Panel, null, ReportOptions.Default with { RiskFreeRate = 0.05, PeriodsPerYear = 244 }).Portfolio;
        double daily = Math.Pow(1.05, 1.0 / 244) - 1;
        Near((free.MeanDailyReturn - daily) / (free.Volatility!.Value / Math.Sqrt(252)) * Math.Sqrt(244), s.Sharpe);
        Near((s.Cagr!.Value - 0.05) / s.UlcerIndex, s.MartinRatio);
        IReadOnlyList<ParameterError> errors = new ReportOptions { PeriodsPerYear = 0, RiskFreeRate = -2, RollingDays = 1, DrawdownsMax = 0 }.Validate();
        Assert.Equal(["periodsPerYear", "riskFreeRate", "rollingDays", "drawdownsMax"], errors.Select(error => error.Field));
    }

    private static PerformanceReport Report(BenchmarkSeries? benchmark) =>
        PerformanceReport.Of(s_run.Result, s_run.Panel, benchmark, ReportOptions.Default);

    private static BenchmarkSeries Benchmark()
    {
        List<double> levels = [3000];
        foreach (double one in s_benchmark)
        {
            levels.Add(levels[^1] * (1 + one));
        }

        return new BenchmarkSeries("INDEX", [s_run.Panel.Calendar.Days[0].AddDays(-3), .. s_run.Panel.Calendar.Days], [.. levels]);
    }

    private static (BacktestResult Result, MarketPanel Panel) Run()
    {
        long[] close = [.. s_closes.Select(text => Price.Parse(text).Units)];
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 22), close.Length)
            .Add("600000.SH", [.. Enumerable.Range(0, close.Length)], [close[0], .. close[..^1]], close, [.. close.Select(_ => 1_000_000L)])
            .Build();
        BacktestSettings settings = new()
        {
            InitialCash = Money.FromYuan(100_000),
            CommissionPpm = 0,
            CommissionMinimum = Money.Zero,
            TransferFeePpm = 0,
            StampDutySellPpm = 0,
            ExchangeRules = false,
        };
        return (Backtester.Run(panel, "buy_and_hold", new JsonObject { ["lots"] = 10 }, settings, null, default), panel);
    }

    private static void Near(double expected, double? actual) =>
        Assert.Equal(expected, Assert.NotNull(actual), 1e-11 * Math.Max(1, Math.Abs(expected)));
}
