using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>Everything that a result page, a tear sheet or an export shows of a backtest. Immutable.</summary>
/// <param name="Options">What it was computed with.</param>
/// <param name="Portfolio">Figures of the whole backtest.</param>
/// <param name="Trades">Figures of the round trips.</param>
/// <param name="BenchmarkName">Name of the benchmark; null without one.</param>
/// <param name="Benchmark">Figures against the benchmark; null without one.</param>
/// <param name="Returns">Daily returns, one a trading day.</param>
/// <param name="BenchmarkReturns">Daily returns of the benchmark, one a trading day; empty without one.</param>
/// <param name="Drawdowns">Drawdowns, deepest first, of equal ones the earlier first.</param>
/// <param name="Months">Calendar months, ascending.</param>
/// <param name="Years">Calendar years, ascending.</param>
/// <param name="Rolling">One point for each day from the last day of the first full window on; empty when the period is shorter.</param>
/// <param name="Days">One point a trading day.</param>
/// <param name="Instruments">Instruments with a round trip, by symbol.</param>
/// <param name="Excursions">One a round trip of the result, in its order.</param>
public sealed record PerformanceReport(
    ReportOptions Options,
    PortfolioStatistics Portfolio,
    TradeStatistics Trades,
    string? BenchmarkName,
    BenchmarkStatistics? Benchmark,
    ImmutableArray<double> Returns,
    ImmutableArray<double> BenchmarkReturns,
    ImmutableArray<DrawdownPeriod> Drawdowns,
    ImmutableArray<PeriodReturn> Months,
    ImmutableArray<PeriodReturn> Years,
    ImmutableArray<RollingPoint> Rolling,
    ImmutableArray<DayActivity> Days,
    ImmutableArray<InstrumentSummary> Instruments,
    ImmutableArray<TradeExcursion> Excursions)
{
    /// <summary>The figures of the whole backtest with titles and units, grouped for a page.</summary>
    public ImmutableArray<FigureGroup> PortfolioFigures => Engine.PortfolioFigures.Of(Portfolio);

    /// <summary>The figures of the round trips with titles and units, grouped for a page.</summary>
    public ImmutableArray<FigureGroup> TradeFigures => Engine.TradeFigures.Of(Trades);

    /// <summary>The figures against the benchmark with titles and units; empty without one.</summary>
    public ImmutableArray<FigureGroup> BenchmarkFigures => Benchmark is null ? [] : Engine.BenchmarkFigures.Of(Benchmark);

    /// <summary>Computes the report of a result. Pure: the same inputs give the same bits.</summary>
    /// <param name="result">The result.</param>
    /// <param name="panel">The panel it ran on.</param>
    /// <param name="benchmark">What to compare with; null takes the benchmark of the run's settings, if there is one.</param>
    /// <param name="options">Periods a year, risk-free rate, windows.</param>
    /// <exception cref="BacktestParameterException">An option is out of range, or the benchmark lacks a day.</exception>
    public static PerformanceReport Of(BacktestResult result, MarketPanel panel, BenchmarkSeries? benchmark, ReportOptions options)
    {
        IReadOnlyList<ParameterError> errors = options.Validate();
        if (errors.Count > 0)
        {
            throw new BacktestParameterException(errors);
        }

        ImmutableArray<EquityPoint> equity = result.Run.Equity;
        double[] returns = DailyReturns.Of(result.Statistics.InitialEquity, equity);
        double[] others = benchmark?.ReturnsOver(equity) ?? OwnBenchmark(result.Run);
        ImmutableArray<PeriodReturn> months = PeriodReturns.ByMonth(equity, returns, others);
        ImmutableArray<PeriodReturn> years = PeriodReturns.ByYear(equity, returns, others);
        ImmutableArray<DrawdownPeriod> drawdowns = DrawdownPeriods.Find(result.Statistics.InitialEquity, equity);
        TradeExcursion[] excursions = TradeExcursions.Of(result.Trades, panel);
        return new PerformanceReport(
            options,
            PortfolioCalculator.Compute(result, panel, returns, months, years, drawdowns, options),
            TradeCalculator.Compute(result.Trades, excursions, panel.Calendar, returns.Length, options),
            others.Length == 0 ? null : benchmark?.Name ?? string.Join(" + ", result.Manifest.Settings.Benchmark.Select(part => part.Symbol)),
            others.Length == 0 ? null : BenchmarkCalculator.Compute(returns, others, options),
            [.. returns],
            [.. others],
            [.. DrawdownPeriods.Deepest(drawdowns, options.DrawdownsMax)],
            months,
            years,
            RollingFigures.Of(equity, returns, others, options),
            ActivityCalculator.Days(result.Run),
            ActivityCalculator.Instruments(result.Trades),
            [.. excursions]);
    }

    private static double[] OwnBenchmark(EngineRun run)
    {
        double[] returns = [.. run.Benchmark];
        for (int i = returns.Length - 1; i >= 0; i--)
        {
            returns[i] = (returns[i] / (i == 0 ? 1 : returns[i - 1])) - 1;
        }

        return returns;
    }
}
