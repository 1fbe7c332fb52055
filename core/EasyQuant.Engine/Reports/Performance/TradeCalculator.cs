using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Computes <see cref="TradeStatistics"/>; sums run in order of exits, so results are equal on every machine.</summary>
internal static class TradeCalculator
{
    /// <summary>Normal quantile of 97.5 %, for two-sided intervals of 95 %.</summary>
    private const double TwoSided95 = 1.959963984540054;

    /// <param name="trips">Closed ones in order of their exit, then open ones.</param>
    /// <param name="excursions">One a trip.</param>
    /// <param name="calendar">Trading days.</param>
    /// <param name="dayCount">Trading days of the period.</param>
    /// <param name="options">Periods a year.</param>
    public static TradeStatistics Compute(
        ImmutableArray<RoundTrip> trips, TradeExcursion[] excursions, TradingCalendar calendar, int dayCount, ReportOptions options)
    {
        RoundTrip[] closed = [.. trips.Where(trip => !trip.IsOpen)];
        TradeStatistics statistics = Counts(closed, trips.Length - closed.Length) with
        {
            TradesPerYear = (double)closed.Length * options.PeriodsPerYear / dayCount,
            MaxConcurrent = MaxConcurrent(trips, calendar),
        };
        statistics = WithProfits(statistics, closed);
        statistics = WithShape(statistics, closed);
        statistics = WithReturns(statistics, closed);
        statistics = WithDays(statistics, closed);
        statistics = WithCosts(statistics, closed);
        return WithExcursions(statistics, trips, excursions);
    }

    private static TradeStatistics Counts(RoundTrip[] closed, int openCount)
    {
        int wins = closed.Count(trip => trip.ProfitInBase > Money.Zero);
        int losses = closed.Count(trip => trip.ProfitInBase < Money.Zero);
        return new TradeStatistics
        {
            TradeCount = closed.Length,
            OpenTradeCount = openCount,
            WinCount = wins,
            LossCount = losses,
            EvenCount = closed.Length - wins - losses,
            WinRate = Sample.Ratio(wins, closed.Length),
            WinRateLow = closed.Length == 0 ? null : WilsonLow((double)wins / closed.Length, closed.Length),
            MaxConsecutiveWins = PortfolioCalculator.LongestRun(closed, trip => trip.ProfitInBase > Money.Zero),
            MaxConsecutiveLosses = PortfolioCalculator.LongestRun(closed, trip => trip.ProfitInBase < Money.Zero),
            RunsZ = RunsZ([.. closed.Where(trip => trip.ProfitInBase != Money.Zero).Select(trip => trip.ProfitInBase > Money.Zero)]),
        };
    }

    private static TradeStatistics WithProfits(TradeStatistics statistics, RoundTrip[] closed)
    {
        Money gains = Sum(closed.Where(trip => trip.ProfitInBase > Money.Zero).Select(trip => trip.ProfitInBase));
        Money losses = Sum(closed.Where(trip => trip.ProfitInBase < Money.Zero).Select(trip => trip.ProfitInBase));
        Money? best = closed.Length == 0 ? null : closed.Max(trip => trip.ProfitInBase);
        double? meanWin = Sample.Ratio(gains.Units, statistics.WinCount);
        double? meanLoss = Sample.Ratio(-(double)losses.Units, statistics.LossCount);
        double? payoff = Sample.Ratio(meanWin, meanLoss);
        return statistics with
        {
            NetProfit = gains + losses,
            GrossProfit = gains,
            GrossLoss = losses,
            ProfitFactor = Sample.Ratio(gains.Units, -(double)losses.Units),
            ProfitFactorWithoutBest = statistics.WinCount == 0 ? null : Sample.Ratio((gains - (best ?? default)).Units, -(double)losses.Units),
            PayoffRatio = payoff,
            Expectancy = Mean(gains + losses, closed.Length),
            ExpectancyRatio = Sample.Ratio((double)(gains + losses).Units / Math.Max(1, closed.Length), meanLoss),
            MeanWin = Mean(gains, statistics.WinCount),
            MeanLoss = Mean(losses, statistics.LossCount),
            BestTrade = best,
            WorstTrade = closed.Length == 0 ? null : closed.Min(trip => trip.ProfitInBase),
            BestShare = statistics.WinCount == 0 ? null : Sample.Ratio(best?.Units, gains.Units),
            WorstShare = statistics.LossCount == 0 ? null : Sample.Ratio(closed.Min(trip => trip.ProfitInBase).Units, losses.Units),
            KellyFraction = Sample.Ratio(1 - statistics.WinRate, payoff) is { } share ? statistics.WinRate - share : null,
        };
    }

    private static TradeStatistics WithShape(TradeStatistics statistics, RoundTrip[] closed)
    {
        double[] profits = [.. closed.Select(trip => trip.ProfitInBase.ToDouble())];
        double? deviation = Sample.Deviation(profits);
        return statistics with
        {
            MedianProfit = Median([.. closed.Select(trip => trip.ProfitInBase.Units).Order()]),
            ProfitDeviation = deviation,
            SystemQuality = Sample.Ratio(Sample.Mean(profits), deviation) * Math.Sqrt(profits.Length),
            MaxClosedDrawdown = MaxFall(closed),
            ProfitPerDay = Mean(statistics.NetProfit, closed.Sum(trip => (long)trip.DayCount)),
        };
    }

    private static TradeStatistics WithReturns(TradeStatistics statistics, RoundTrip[] closed)
    {
        double[] returns = [.. closed.Select(trip => trip.Return)];
        double? deviation = Sample.Deviation(returns);
        return statistics with
        {
            MeanReturn = Sample.Mean(returns),
            MedianReturn = Sample.Median(returns),
            ReturnDeviation = deviation,
            ReturnSkewness = Sample.Skewness(returns),
            BestReturn = returns.Length == 0 ? null : returns.Max(),
            WorstReturn = returns.Length == 0 ? null : returns.Min(),
            MeanWinReturn = Sample.Mean([.. closed.Where(trip => trip.ProfitInBase > Money.Zero).Select(trip => trip.Return)]),
            MeanLossReturn = Sample.Mean([.. closed.Where(trip => trip.ProfitInBase < Money.Zero).Select(trip => trip.Return)]),
            ReturnT = Sample.Ratio(Sample.Mean(returns), deviation) * Math.Sqrt(returns.Length),
        };
    }

    private static TradeStatistics WithDays(TradeStatistics statistics, RoundTrip[] closed)
    {
        double[] days = [.. closed.Select(trip => (double)trip.DayCount)];
        return statistics with
        {
            MeanDays = Sample.Mean(days),
            MedianDays = Sample.Median(days),
            MaxDays = closed.Length == 0 ? 0 : closed.Max(trip => trip.DayCount),
            MinDays = closed.Length == 0 ? 0 : closed.Min(trip => trip.DayCount),
            MeanWinDays = Sample.Mean([.. closed.Where(trip => trip.ProfitInBase > Money.Zero).Select(trip => (double)trip.DayCount)]),
            MeanLossDays = Sample.Mean([.. closed.Where(trip => trip.ProfitInBase < Money.Zero).Select(trip => (double)trip.DayCount)]),
        };
    }

    private static TradeStatistics WithCosts(TradeStatistics statistics, RoundTrip[] closed)
    {
        Money fees = Sum(closed.Select(trip => trip.FeesInBase));
        Money entered = Sum(closed.Select(trip => trip.EntryValueInBase));
        return statistics with
        {
            Fees = fees,
            MeanFees = Mean(fees, closed.Length),
            FeesToGrossProfit = Sample.Ratio(fees.Units, statistics.GrossProfit.Units),
            EntryValue = entered,
            BreakEvenFees = Sample.Ratio(fees.Units, entered.Units),
        };
    }

    private static TradeStatistics WithExcursions(TradeStatistics statistics, ImmutableArray<RoundTrip> trips, TradeExcursion[] all)
    {
        TradeExcursion[] closed = [.. all.Where((_, i) => !trips[i].IsOpen)];
        double[] adverse = [.. closed.Select(one => one.Adverse)];
        double[] favourable = [.. closed.Select(one => one.Favourable)];
        TradeExcursion[] ranged = [.. closed.Where(one => one.Adverse + one.Favourable > 0)];
        return statistics with
        {
            MeanAdverse = Sample.Mean(adverse),
            MeanFavourable = Sample.Mean(favourable),
            MaxAdverse = adverse.Length == 0 ? null : adverse.Max(),
            MaxFavourable = favourable.Length == 0 ? null : favourable.Max(),
            MeanAdverseOfWins = Sample.Mean([.. all.Where((_, i) => !trips[i].IsOpen && trips[i].ProfitInBase > Money.Zero).Select(one => one.Adverse)]),
            EdgeRatio = Sample.Ratio(Sample.Mean(favourable), Sample.Mean(adverse)),
            EntryEfficiency = Sample.Mean([.. ranged.Select(one => one.Favourable / (one.Adverse + one.Favourable))]),
            ExitEfficiency = Sample.Mean([.. ranged.Select(one => (one.Move + one.Adverse) / (one.Adverse + one.Favourable))]),
            ProfitCapture = Sample.Ratio(Sample.Mean([.. closed.Select(one => one.Move)]), Sample.Mean(favourable)),
        };
    }

    private static double WilsonLow(double share, int count)
    {
        double square = TwoSided95 * TwoSided95;
        double centre = share + (square / (2.0 * count));
        double spread = TwoSided95 * Math.Sqrt((share * (1 - share) / count) + (square / (4.0 * count * count)));
        return Math.Max(0, (centre - spread) / (1 + (square / count)));
    }

    private static double? RunsZ(bool[] isWin)
    {
        double wins = isWin.Count(one => one);
        double losses = isWin.Length - wins;
        if (wins == 0 || losses == 0)
        {
            return null;
        }

        int runs = 1;
        for (int i = 1; i < isWin.Length; i++)
        {
            runs += isWin[i] != isWin[i - 1] ? 1 : 0;
        }

        double mean = (2 * wins * losses / (wins + losses)) + 1;
        return Sample.Ratio(runs - mean, Math.Sqrt((mean - 1) * (mean - 2) / (wins + losses - 1)));
    }

    private static int MaxConcurrent(ImmutableArray<RoundTrip> trips, TradingCalendar calendar)
    {
        int[] change = new int[calendar.Count + 1];
        foreach (RoundTrip trip in trips)
        {
            change[calendar.Days.BinarySearch(trip.EntryDate)]++;
            change[trip.ExitDate is { } exit ? calendar.Days.BinarySearch(exit) + 1 : calendar.Count]--;
        }

        int most = 0;
        int open = 0;
        foreach (int one in change)
        {
            open += one;
            most = Math.Max(most, open);
        }

        return most;
    }

    private static Money MaxFall(RoundTrip[] closed)
    {
        Money sum = Money.Zero;
        Money peak = Money.Zero;
        Money deepest = Money.Zero;
        foreach (RoundTrip trip in closed)
        {
            sum += trip.ProfitInBase;
            peak = sum > peak ? sum : peak;
            deepest = peak - sum > deepest ? peak - sum : deepest;
        }

        return deepest;
    }

    private static Money? Median(long[] ascending) => ascending.Length == 0
        ? null
        : Mean(new Money(ascending[(ascending.Length - 1) / 2]) + new Money(ascending[ascending.Length / 2]), 2);

    private static Money? Mean(Money sum, long count) =>
        count == 0 ? null : new Money(checked((long)ScaledDecimal.DivideHalfUp(sum.Units, count)));

    private static Money Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Money.Zero, (sum, amount) => sum + amount);
}
