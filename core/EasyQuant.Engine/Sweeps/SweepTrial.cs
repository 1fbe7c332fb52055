using System.Collections.Immutable;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>One run of a sweep.</summary>
/// <param name="Point">Its parameters.</param>
/// <param name="DayCount">Trading days that it ran.</param>
/// <param name="FinalEquity">Equity at the end.</param>
/// <param name="TotalReturn">Final equity over the initial equity, less 1.</param>
/// <param name="MaxDrawdown">Largest fall from a peak, 0 to 1 and more when equity fell below 0.</param>
/// <param name="Sharpe">Annualised Sharpe ratio of the daily returns; null without movement or below two days.</param>
/// <param name="OrderCount">Orders given.</param>
/// <param name="FillCount">Fills.</param>
/// <param name="Returns">Daily returns, oldest first; empty unless asked for.</param>
public sealed record SweepTrial(
    SweepPoint Point,
    int DayCount,
    Money FinalEquity,
    double TotalReturn,
    double MaxDrawdown,
    double? Sharpe,
    int OrderCount,
    int FillCount,
    ImmutableArray<double> Returns)
{
    /// <summary>Returns what the objective compares: more is better, minus infinity when undefined.</summary>
    public double Score(SweepObjective objective) => objective switch
    {
        SweepObjective.Sharpe => Sharpe ?? double.NegativeInfinity,
        SweepObjective.ReturnOverDrawdown when MaxDrawdown > 0 => TotalReturn / MaxDrawdown,
        _ => TotalReturn,
    };

    /// <summary>Measures a finished run.</summary>
    internal static SweepTrial Of(SweepPoint point, FastRun run, bool keepsReturns)
    {
        ImmutableArray<EquityPoint> equity = [.. run.Equity];
        double[] returns = DailyReturns.Of(run.InitialEquity, equity);
        double? ratio = returns.Length < 2 ? null : Sample.Ratio(Sample.Mean(returns), Sample.Deviation(returns));
        return new SweepTrial(
            point,
            returns.Length,
            run.FinalEquity,
            ((double)run.FinalEquity.Units / run.InitialEquity.Units) - 1,
            Drawdown.Find(run.InitialEquity, equity).Depth,
            ratio * Math.Sqrt(BacktestStatistics.DaysPerYear),
            run.OrderCount,
            run.FillCount,
            keepsReturns ? [.. returns] : []);
    }
}
