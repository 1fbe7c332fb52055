using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Computes <see cref="PortfolioStatistics"/>; sums run in order of days, so results are equal on every machine.</summary>
internal static class PortfolioCalculator
{
    public static PortfolioStatistics Compute(
        BacktestResult result,
        MarketPanel panel,
        double[] returns,
        ImmutableArray<PeriodReturn> months,
        ImmutableArray<PeriodReturn> years,
        ImmutableArray<DrawdownPeriod> drawdowns,
        ReportOptions options)
    {
        Money initial = result.Statistics.InitialEquity;
        PortfolioStatistics statistics = Growth(returns, (double)result.Run.Equity[^1].Equity.Units / initial.Units, options);
        statistics = WithPeriods(statistics, [.. months.Select(month => month.Return)], [.. years.Select(year => year.Return)]);
        statistics = WithRisk(statistics, returns);
        statistics = WithRatios(statistics, returns, options);
        statistics = WithDrawdowns(statistics, drawdowns, Falls.Of(initial, result.Run.Equity), returns.Length, options) with
        {
            Stability = Stability(result.Run.Equity),
            RecoveryFactor = Sample.Ratio(
                result.Run.Equity[^1].Equity.Units - initial.Units, Falls.Of(initial, result.Run.Equity).LargestUnits),
        };
        return WithCosts(statistics, result.Run, Costs.Of(result.Run, panel, options), initial);
    }

    private static PortfolioStatistics Growth(double[] returns, double growth, ReportOptions options)
    {
        double[] gains = [.. returns.Where(one => one > 0)];
        double[] losses = [.. returns.Where(one => one < 0)];
        return new PortfolioStatistics
        {
            TotalReturn = growth - 1,
            Cagr = RatioFigures.Annual(growth - 1, returns.Length, options),
            MeanDailyReturn = Sample.Mean(returns) ?? 0,
            GeometricDailyReturn = growth > 0 ? Math.Pow(growth, 1.0 / returns.Length) - 1 : null,
            BestDay = returns.Max(),
            WorstDay = returns.Min(),
            MeanGainDay = Sample.Mean(gains),
            MeanLossDay = Sample.Mean(losses),
            PositiveDayRatio = (double)gains.Length / returns.Length,
            LongestWinningDays = LongestRun(returns, one => one > 0),
            LongestLosingDays = LongestRun(returns, one => one < 0),
        };
    }

    private static PortfolioStatistics WithPeriods(PortfolioStatistics statistics, double[] months, double[] years) => statistics with
    {
        MeanMonthlyReturn = Sample.Mean(months) ?? 0,
        BestMonth = months.Max(),
        WorstMonth = months.Min(),
        PositiveMonthRatio = (double)months.Count(one => one > 0) / months.Length,
        BestYear = years.Max(),
        WorstYear = years.Min(),
        GainToPain = Sample.Ratio(Sample.Sum(months), -Sample.Sum([.. months.Where(one => one < 0)])),
    };

    private static PortfolioStatistics WithRisk(PortfolioStatistics statistics, double[] returns)
    {
        Tails tails = Tails.Of(returns);
        return statistics with
        {
            Skewness = Sample.Skewness(returns),
            ExcessKurtosis = Sample.Kurtosis(returns) - 3,
            ValueAtRisk95 = -tails.Low5,
            ValueAtRisk99 = -tails.Low1,
            ExpectedShortfall95 = -tails.MeanBelow5,
            ModifiedValueAtRisk95 = ModifiedValueAtRisk(returns),
            TailRatio = Sample.Ratio(tails.High5, Math.Abs(tails.Low5)),
            RachevRatio = Sample.Ratio(tails.MeanAbove5, -tails.MeanBelow5),
            Autocorrelation = returns.Length < 3 ? null : Sample.Correlation(returns.AsSpan(1), returns.AsSpan(0, returns.Length - 1)),
        };
    }

    private static PortfolioStatistics WithRatios(PortfolioStatistics statistics, double[] returns, ReportOptions options)
    {
        double root = Math.Sqrt(options.PeriodsPerYear);
        double[] excess = [.. returns.Select(one => one - options.RiskFreeReturn)];
        double mean = Sample.Mean(excess) ?? 0;
        double upside = MeanOf(excess, one => Math.Max(one, 0));
        double downside = Math.Sqrt(MeanOf(excess, one => one < 0 ? one * one : 0));
        double? deviation = Sample.Deviation(returns);
        bool hasSharpe = deviation > 0;
        SharpeSample sample = SharpeSample.Of(returns) with { Sharpe = Sample.Ratio(mean, deviation) ?? 0 };
        return statistics with
        {
            Volatility = deviation * root,
            DownsideDeviation = downside * root,
            Sharpe = hasSharpe ? sample.Sharpe * root : null,
            SharpeStandardError = hasSharpe ? sample.StandardError * root : null,
            ProbabilisticSharpe = hasSharpe ? DeflatedSharpe.Probabilistic(sample, 0) : null,
            Sortino = Sample.Ratio(mean * root, downside),
            Omega = Sample.Ratio(upside, MeanOf(excess, one => Math.Max(-one, 0))),
            UpsidePotential = Sample.Ratio(upside, downside),
            KellyFraction = hasSharpe ? mean / (deviation * deviation) : null,
        };
    }

    private static PortfolioStatistics WithDrawdowns(
        PortfolioStatistics statistics, ImmutableArray<DrawdownPeriod> drawdowns, Falls falls, int dayCount, ReportOptions options)
    {
        double? premium = statistics.Cagr - options.RiskFreeRate;
        DrawdownPeriod? deepest = DrawdownPeriods.Deepest(drawdowns, 1).FirstOrDefault();
        return statistics with
        {
            Calmar = Sample.Ratio(statistics.Cagr, deepest?.Depth),
            MaxDrawdown = deepest?.Depth ?? 0,
            MaxDrawdownDays = deepest?.DaysToTrough ?? 0,
            LongestDrawdownDays = drawdowns.Length == 0 ? 0 : drawdowns.Max(period => period.DayCount),
            DrawdownCount = drawdowns.Length,
            MeanDrawdown = Sample.Mean([.. drawdowns.Select(period => period.Depth)]),
            MeanDrawdownDays = Sample.Mean([.. drawdowns.Select(period => (double)period.DayCount)]),
            CurrentDrawdown = falls.Last,
            UnderwaterRatio = (double)falls.DayCount / dayCount,
            UlcerIndex = falls.RootMeanSquare,
            PainIndex = falls.Mean,
            MartinRatio = Sample.Ratio(premium, falls.RootMeanSquare),
            PainRatio = Sample.Ratio(premium, falls.Mean),
            BurkeRatio = Sample.Ratio(premium, Math.Sqrt(drawdowns.Sum(period => period.Depth * period.Depth))),
        };
    }

    private static PortfolioStatistics WithCosts(PortfolioStatistics statistics, EngineRun run, Costs costs, Money initial) => statistics with
    {
        ExposureRatio = (double)run.Equity.Count(point => point.Equity != point.Cash) / run.Equity.Length,
        MeanExposure = costs.MeanExposure,
        MaxExposure = costs.MaxExposure,
        TradedValue = costs.Traded,
        Turnover = costs.YearOf(costs.Traded),
        Fees = costs.Fees,
        FeesToInitial = (double)costs.Fees.Units / initial.Units,
        FeeRate = Sample.Ratio(costs.Fees.Units, costs.Traded.Units),
        SlippageCost = costs.Slippage,
        DividendIncome = Income(run, kind => kind == PostingKind.Dividend),
        InterestIncome = Income(run, kind => kind is PostingKind.Interest or PostingKind.BorrowFee),
        AnnualCost = costs.YearOf(costs.Fees),
    };

    /// <summary>Longest row of elements for which the condition holds.</summary>
    public static int LongestRun<T>(IReadOnlyList<T> values, Func<T, bool> holds)
    {
        int longest = 0;
        int current = 0;
        for (int i = 0; i < values.Count; i++)
        {
            current = holds(values[i]) ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest;
    }

    private static Money Income(EngineRun run, Func<PostingKind, bool> counts) => run.Postings
        .Where(posting => counts(posting.Kind))
        .Aggregate(Money.Zero, (sum, posting) => sum + posting.Amount);

    private static double MeanOf(double[] values, Func<double, double> of) => values.Sum(of) / values.Length;

    private static double? ModifiedValueAtRisk(double[] returns)
    {
        if (Sample.Skewness(returns) is not { } skewness || Sample.Kurtosis(returns) - 3 is not { } excess)
        {
            return null;
        }

        double z = NormalDistribution.Quantile(0.05);
        double adjusted = z
            + (((z * z) - 1) * skewness / 6)
            + (((z * z * z) - (3 * z)) * excess / 24)
            - (((2 * z * z * z) - (5 * z)) * skewness * skewness / 36);
        return -(Sample.Mean(returns) + (adjusted * Sample.Deviation(returns)));
    }

    private static double? Stability(ImmutableArray<EquityPoint> equity)
    {
        double[] days = new double[equity.Length];
        double[] logs = new double[equity.Length];
        for (int i = 0; i < equity.Length; i++)
        {
            if (equity[i].Equity <= Money.Zero)
            {
                return null;
            }

            days[i] = i;
            logs[i] = Math.Log(equity[i].Equity.Units);
        }

        double? correlation = Sample.Correlation(logs, days);
        return correlation * correlation;
    }

    private readonly record struct Tails(double Low1, double Low5, double High5, double MeanBelow5, double MeanAbove5)
    {
        public static Tails Of(double[] returns)
        {
            double[] sorted = [.. returns];
            Array.Sort(sorted);
            double low = Sample.Quantile(sorted, 0.05) ?? 0;
            double high = Sample.Quantile(sorted, 0.95) ?? 0;
            return new Tails(
                Sample.Quantile(sorted, 0.01) ?? 0,
                low,
                high,
                Sample.Mean([.. sorted.Where(one => one <= low)]) ?? 0,
                Sample.Mean([.. sorted.Where(one => one >= high)]) ?? 0);
        }
    }

    /// <summary>Falls below the highest equity so far, one a day.</summary>
    private readonly record struct Falls(double Mean, double RootMeanSquare, double Last, int DayCount, long LargestUnits)
    {
        public static Falls Of(Money initial, ImmutableArray<EquityPoint> equity)
        {
            Money peak = initial;
            double sum = 0;
            double squares = 0;
            double depth = 0;
            int count = 0;
            long largest = 0;
            foreach (EquityPoint point in equity)
            {
                peak = point.Equity > peak ? point.Equity : peak;
                depth = Drawdown.DepthOf(point.Equity, peak);
                largest = Math.Max(largest, peak.Units - point.Equity.Units);
                sum += depth;
                squares += depth * depth;
                count += point.Equity < peak ? 1 : 0;
            }

            return new Falls(sum / equity.Length, Math.Sqrt(squares / equity.Length), depth, count, largest);
        }
    }

    private readonly record struct Costs(Money Traded, Money Fees, Money Slippage, double? MeanExposure, double? MaxExposure, double MeanEquity, double YearShare)
    {
        public static Costs Of(EngineRun run, MarketPanel panel, ReportOptions options)
        {
            Money traded = Money.Zero;
            Money fees = Money.Zero;
            Money slippage = Money.Zero;
            foreach (Fill fill in run.Fills)
            {
                traded += fill.ValueInBase;
                fees += fill.FeesInBase;
                if (fill.Slippage.Units != 0)
                {
                    Instrument instrument = panel.Series[panel.IndexOf(fill.Symbol)].Instrument;
                    slippage += new Money(ScaledMath.MulDivHalfUp(
                        fill.Slippage.Units,
                        fill.Quantity.Units,
                        ScaledDecimal.PowerOfTen(instrument.PriceScale + instrument.QuantityScale - Money.Scale))).AtRate(fill.BaseRate);
                }
            }

            double[] exposures = [.. run.Equity.Select(point => ActivityCalculator.ExposureOf(point)).OfType<double>()];
            bool isKnown = exposures.Length == run.Equity.Length;
            return new Costs(
                traded,
                fees,
                slippage,
                isKnown ? Sample.Mean(exposures) : null,
                isKnown ? exposures.Max() : null,
                run.Equity.Sum(point => (double)point.Equity.Units) / run.Equity.Length,
                (double)options.PeriodsPerYear / run.Equity.Length);
        }

        public double? YearOf(Money amount) => MeanEquity > 0 ? amount.Units / MeanEquity * YearShare : null;
    }
}
