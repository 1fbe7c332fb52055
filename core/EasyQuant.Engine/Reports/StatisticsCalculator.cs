using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>Computes <see cref="BacktestStatistics"/>; sums run in order of days and trades, so results are equal on every machine.</summary>
internal static class StatisticsCalculator
{
    public static BacktestStatistics Compute(Money initial, EngineRun run, ImmutableArray<RoundTrip> trips)
    {
        double[] returns = DailyReturns.Of(initial, run.Equity);
        (double? volatility, double? sharpe, double? sortino) = Ratios(returns);
        Drawdown drawdown = Drawdown.Find(initial, run.Equity);
        double growth = (double)run.Equity[^1].Equity.Units / initial.Units;
        double? cagr = growth > 0 ? Math.Pow(growth, (double)BacktestStatistics.DaysPerYear / returns.Length) - 1 : null;
        RoundTrip[] closed = [.. trips.Where(trip => !trip.IsOpen)];
        Money gains = Sum(closed.Where(trip => trip.ProfitInBase > Money.Zero).Select(trip => trip.ProfitInBase));
        Money losses = Sum(closed.Where(trip => trip.ProfitInBase < Money.Zero).Select(trip => trip.ProfitInBase));
        return new BacktestStatistics
        {
            DayCount = returns.Length,
            InitialEquity = initial,
            FinalEquity = run.Equity[^1].Equity,
            TotalReturn = growth - 1,
            Cagr = cagr,
            Volatility = volatility,
            Sharpe = sharpe,
            Sortino = sortino,
            MaxDrawdown = drawdown.Depth,
            DrawdownPeakDate = drawdown.PeakDate,
            DrawdownTroughDate = drawdown.TroughDate,
            DrawdownRecoveryDate = drawdown.RecoveryDate,
            Calmar = drawdown.Depth > 0 ? cagr / drawdown.Depth : null,
            TradeCount = closed.Length,
            OpenTradeCount = trips.Length - closed.Length,
            WinRate = closed.Length > 0 ? (double)closed.Count(trip => trip.ProfitInBase > Money.Zero) / closed.Length : null,
            ProfitFactor = losses.Units != 0 ? (double)gains.Units / -(double)losses.Units : null,
            AverageTradeReturn = closed.Length > 0 ? closed.Average(trip => trip.Return) : null,
            BestTrade = closed.Length > 0 ? closed.Max(trip => trip.ProfitInBase) : null,
            WorstTrade = closed.Length > 0 ? closed.Min(trip => trip.ProfitInBase) : null,
            AverageTradeDays = closed.Length > 0 ? closed.Average(trip => trip.DayCount) : null,
            Exposure = (double)run.Equity.Count(point => point.Equity != point.Cash) / returns.Length,
            Turnover = Turnover(run),
            Fees = Sum(run.Fills.Select(fill => fill.FeesInBase)),
            OrderCount = run.Orders.Length,
            FillCount = run.Fills.Length,
            ClippedOrderCount = run.Orders.Count(order => order.State == OrderState.Clipped),
            RejectedOrderCount = run.Orders.Count(order => order.State == OrderState.Rejected),
        };
    }

    private static (double? Volatility, double? Sharpe, double? Sortino) Ratios(double[] returns)
    {
        if (returns.Length < 2)
        {
            return (null, null, null);
        }

        double mean = returns.Sum() / returns.Length;
        double squares = 0;
        double downside = 0;
        foreach (double one in returns)
        {
            squares += (one - mean) * (one - mean);
            downside += one < 0 ? one * one : 0;
        }

        double deviation = Math.Sqrt(squares / (returns.Length - 1));
        double downsideDeviation = Math.Sqrt(downside / returns.Length);
        double year = Math.Sqrt(BacktestStatistics.DaysPerYear);
        return (
            deviation * year,
            deviation > 0 ? mean / deviation * year : null,
            downsideDeviation > 0 ? mean / downsideDeviation * year : null);
    }

    private static double? Turnover(EngineRun run)
    {
        double meanEquity = run.Equity.Average(point => (double)point.Equity.Units);
        double traded = run.Fills.Sum(fill => (double)fill.ValueInBase.Units);
        return meanEquity > 0 ? traded / meanEquity * BacktestStatistics.DaysPerYear / run.Equity.Length : null;
    }

    private static Money Sum(IEnumerable<Money> amounts) => amounts.Aggregate(Money.Zero, (sum, amount) => sum + amount);
}
