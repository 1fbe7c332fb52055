using System.Collections.Immutable;
using System.Globalization;

namespace EasyQuant.Engine;

/// <summary>The pictures of a tear sheet.</summary>
internal static class TearSheetCharts
{
    private const int BandsMax = 5;

    public static void Equity(HtmlPage page, TearSheetContent content)
    {
        ImmutableArray<EquityPoint> equity = content.Result.Run.Equity;
        DateOnly[] dates = [.. equity.Select(point => point.TradingDate)];
        double initial = content.Result.Statistics.InitialEquity.ToDouble();
        double[] benchmark = Growth(content.Report.BenchmarkReturns, initial);
        ChartText strategy = new("Strategy", "策略");
        ChartText other = new(content.Report.BenchmarkName ?? "", content.Report.BenchmarkName ?? "");
        List<ChartLine> lines = [new(strategy, [.. equity.Select(point => point.Equity.ToDouble())], "main", true)];
        List<ChartLine> falls = [new(strategy, Falls([.. equity.Select(point => point.Equity.ToDouble())], initial), "fall", true)];
        if (benchmark.Length > 0)
        {
            lines.Add(new ChartLine(other, benchmark, "other", false));
            falls.Add(new ChartLine(other, Falls(benchmark, initial), "other", false));
        }

        page.Heading("Equity (CNY); shaded: the five deepest drawdowns", "权益曲线（元），阴影为五次最大回撤");
        page.Raw(new LineChart
        {
            Title = new ChartText("Equity", "权益曲线"),
            Dates = dates,
            Lines = lines,
            Height = 300,
            Bands = [.. content.Report.Drawdowns.Take(BandsMax).Select(period => (IndexOf(dates, period.PeakDate), period.RecoveryDate is { } end ? IndexOf(dates, end) : dates.Length - 1))],
        }.Render());
        page.Heading("Drawdown", "回撤");
        page.Raw(new LineChart { Title = new ChartText("Drawdown", "回撤"), Dates = dates, Lines = falls, Height = 170, Format = "P0", Baseline = 0 }.Render());
    }

    public static void Returns(HtmlPage page, TearSheetContent content)
    {
        PerformanceReport report = content.Report;
        int[] years = [.. report.Years.Select(year => year.Year).Reverse()];
        double[][] cells = [.. years.Select(_ => Enumerable.Repeat(double.NaN, 13).ToArray())];
        foreach (PeriodReturn month in report.Months)
        {
            cells[Array.IndexOf(years, month.Year)][month.Month - 1] = month.Return * 100;
        }

        foreach (PeriodReturn year in report.Years)
        {
            cells[Array.IndexOf(years, year.Year)][12] = year.Return * 100;
        }

        page.Heading("Monthly returns (%)", "月度收益（%）");
        page.Raw(new HeatMap
        {
            Title = new ChartText("Monthly returns", "月度收益"),
            Columns = [.. Enumerable.Range(1, 12).Select(Month), new ChartText("Year", "全年")],
            Rows = [.. years.Select(year => year.ToString(CultureInfo.InvariantCulture))],
            Values = cells,
            Format = "+0.0;-0.0;0.0",
            IsSigned = true,
        }.Render());
        page.Heading(
            report.Benchmark is null ? "Yearly returns" : "Yearly returns; pale: benchmark", report.Benchmark is null ? "年度收益" : "年度收益（浅色为基准）");
        page.Raw(new BarChart
        {
            Title = new ChartText("Yearly returns", "年度收益"),
            Labels = [.. report.Years.Select(year => year.Year.ToString(CultureInfo.InvariantCulture))],
            Values = [.. report.Years.Select(year => year.Return)],
            Others = report.Benchmark is null ? null : [.. report.Years.Select(year => year.BenchmarkReturn ?? double.NaN)],
            Height = 170,
        }.Render());
        page.Heading("Distribution of daily returns other than 0", "日收益分布（不含 0）");
        page.Raw((BarChart.Histogram(new ChartText("Daily returns", "日收益"), [.. report.Returns.Where(one => one != 0)], 40) with { Height = 170 }).Render());
    }

    public static void Rolling(HtmlPage page, TearSheetContent content)
    {
        ImmutableArray<RollingPoint> points = content.Report.Rolling;
        if (points.Length < 2)
        {
            return;
        }

        DateOnly[] dates = [.. points.Select(point => point.TradingDate)];
        int days = content.Report.Options.RollingDays;
        page.Heading($"Rolling Sharpe ratio, {days} days", $"滚动夏普比率（{days} 日）");
        page.Raw(new LineChart
        {
            Title = new ChartText("Rolling Sharpe ratio", "滚动夏普比率"),
            Dates = dates,
            Lines = [new(new ChartText("Sharpe", "夏普"), [.. points.Select(point => point.Sharpe ?? double.NaN)], "main", false)],
            Height = 170,
            Format = "0.0",
            Baseline = 0,
        }.Render());
        page.Heading($"Rolling volatility, {days} days", $"滚动波动率（{days} 日）");
        page.Raw(new LineChart
        {
            Title = new ChartText("Rolling volatility", "滚动波动率"),
            Dates = dates,
            Lines = [new(new ChartText("Volatility", "波动率"), [.. points.Select(point => point.Volatility)], "quiet", true)],
            Height = 150,
            Format = "P0",
            Baseline = 0,
        }.Render());
        if (content.Report.Benchmark is not null)
        {
            page.Heading($"Rolling beta, {days} days", $"滚动贝塔（{days} 日）");
            page.Raw(new LineChart
            {
                Title = new ChartText("Rolling beta", "滚动贝塔"),
                Dates = dates,
                Lines = [new(new ChartText("Beta", "贝塔"), [.. points.Select(point => point.Beta ?? double.NaN)], "other", false)],
                Height = 150,
                Format = "0.0",
                Baseline = 0,
            }.Render());
        }
    }

    public static void Trades(HtmlPage page, TearSheetContent content)
    {
        RoundTrip[] closed = [.. content.Result.Trades.Where(trip => !trip.IsOpen)];
        if (closed.Length == 0)
        {
            return;
        }

        page.Heading("Distribution of trade returns", "单笔收益分布");
        page.Raw((BarChart.Histogram(new ChartText("Trade returns", "单笔收益"), [.. closed.Select(trip => trip.Return)], 30) with { Height = 190 }).Render());
        page.Heading("Trades by adverse excursion and return", "最大不利变动与收益");
        page.Raw(new ScatterChart
        {
            Title = new ChartText("Adverse excursion and return", "最大不利变动与收益"),
            XTitle = new ChartText("adverse excursion →", "最大不利变动 →"),
            YTitle = new ChartText("↑ return", "↑ 收益率"),
            Points = [.. content.Result.Trades.Select((trip, i) => (trip, i)).Where(pair => !pair.trip.IsOpen)
                .Select(pair => (content.Report.Excursions[pair.i].Adverse, pair.trip.Return, pair.trip.Return > 0))],
        }.Render());
    }

    public static void Activity(HtmlPage page, TearSheetContent content)
    {
        ImmutableArray<DayActivity> days = content.Report.Days;
        DateOnly[] dates = [.. days.Select(day => day.TradingDate)];
        page.Heading("Exposure", "敞口");
        page.Raw(new LineChart
        {
            Title = new ChartText("Exposure", "敞口"),
            Dates = dates,
            Lines = [new(new ChartText("Exposure", "敞口"), [.. days.Select(day => day.Exposure ?? double.NaN)], "main", true)],
            Height = 150,
            Format = "P0",
            Baseline = 0,
        }.Render());
        double[] fees = new double[days.Length];
        double[] commissions = new double[days.Length];
        double fee = 0;
        double commission = 0;
        int next = 0;
        for (int day = 0; day < days.Length; day++)
        {
            for (; next < content.Result.Run.Fills.Length && content.Result.Run.Fills[next].TradingDate <= dates[day]; next++)
            {
                commission += content.Result.Run.Fills[next].Commission.Amount.ToDouble();
            }

            fee += days[day].Fees.ToDouble();
            fees[day] = fee;
            commissions[day] = commission;
        }

        page.Heading("Costs, summed (CNY)", "累计成本（元）");
        page.Raw(new LineChart
        {
            Title = new ChartText("Costs", "成本"),
            Dates = dates,
            Lines =
            [
                new(new ChartText("All fees and taxes", "全部税费"), fees, "fall", true),
                new(new ChartText("Commission", "佣金"), commissions, "other", false),
            ],
            Height = 190,
            Baseline = 0,
        }.Render());
    }

    private static double[] Growth(ImmutableArray<double> returns, double initial)
    {
        double[] levels = new double[returns.Length];
        double level = initial;
        for (int i = 0; i < levels.Length; i++)
        {
            level *= 1 + returns[i];
            levels[i] = level;
        }

        return levels;
    }

    private static double[] Falls(double[] levels, double initial)
    {
        double peak = initial;
        double[] falls = new double[levels.Length];
        for (int i = 0; i < falls.Length; i++)
        {
            peak = Math.Max(peak, levels[i]);
            falls[i] = peak > 0 ? (levels[i] / peak) - 1 : 0;
        }

        return falls;
    }

    private static int IndexOf(DateOnly[] dates, DateOnly? date) => date is { } day ? Math.Max(0, Array.BinarySearch(dates, day)) : 0;

    private static ChartText Month(int month) =>
        new(CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedMonthNames[month - 1], $"{month}月");
}
