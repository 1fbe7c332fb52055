using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Figures of the round trips of a backtest, each from flat to flat in one instrument, after fees. In the formulas n is the number of
/// closed trades and A the periods a year. Fractions: 0.1 is 10 %. A figure that the trades cannot give is null.
/// </summary>
public sealed record TradeStatistics
{
    /// <summary>Closed round trips; all figures below are of these.</summary>
    public int TradeCount { get; init; }

    /// <summary>Round trips still open at the end.</summary>
    public int OpenTradeCount { get; init; }

    /// <summary>Trades with a profit above 0.</summary>
    public int WinCount { get; init; }

    /// <summary>Trades with a profit below 0.</summary>
    public int LossCount { get; init; }

    /// <summary>Trades with a profit of 0.</summary>
    public int EvenCount { get; init; }

    /// <summary>Trades times A over the days of the period.</summary>
    public double TradesPerYear { get; init; }

    /// <summary>Winning trades over all; null without a trade.</summary>
    public double? WinRate { get; init; }

    /// <summary>
    /// Lower end of Wilson's score interval: (p + z^2 / 2n - z root(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n), z = 1.96; null without
    /// a trade. Source: Wilson (1927).
    /// </summary>
    public double? WinRateLow { get; init; }

    /// <summary>Most winning trades in a row, in order of their exit.</summary>
    public int MaxConsecutiveWins { get; init; }

    /// <summary>Most losing trades in a row, in order of their exit.</summary>
    public int MaxConsecutiveLosses { get; init; }

    /// <summary>
    /// (runs - m) / s of the Wald-Wolfowitz runs test over wins and losses, m = 2 w l / n + 1, s^2 = (m - 1) (m - 2) / (n - 1): below
    /// -1.96 wins follow wins; null when one kind is missing or s is 0. Source: Wald and Wolfowitz (1940); Vince (1990).
    /// </summary>
    public double? RunsZ { get; init; }

    /// <summary>Largest number of trades, open ones included, that were held on one day.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>Sum of the profits after fees.</summary>
    public Money NetProfit { get; init; }

    /// <summary>Sum of the profits of the winning trades.</summary>
    public Money GrossProfit { get; init; }

    /// <summary>Sum of the profits of the losing trades, at most 0.</summary>
    public Money GrossLoss { get; init; }

    /// <summary>Gross profit over the absolute gross loss; null without a loss.</summary>
    public double? ProfitFactor { get; init; }

    /// <summary>Profit factor after the largest profit is left out; null without a loss or a win.</summary>
    public double? ProfitFactorWithoutBest { get; init; }

    /// <summary>Mean win over the absolute mean loss; null without both.</summary>
    public double? PayoffRatio { get; init; }

    /// <summary>Net profit over the trades, rounded half up; null without a trade.</summary>
    public Money? Expectancy { get; init; }

    /// <summary>Expectancy over the absolute mean loss; null without a loss. Source: Tharp (1998).</summary>
    public double? ExpectancyRatio { get; init; }

    /// <summary>Gross profit over the winning trades, rounded half up; null without one.</summary>
    public Money? MeanWin { get; init; }

    /// <summary>Gross loss over the losing trades, rounded half up; null without one.</summary>
    public Money? MeanLoss { get; init; }

    /// <summary>Median of the profits, of an even count the mean of the middle two, rounded half up; null without a trade.</summary>
    public Money? MedianProfit { get; init; }

    /// <summary>Largest profit; null without a trade.</summary>
    public Money? BestTrade { get; init; }

    /// <summary>Smallest profit; null without a trade.</summary>
    public Money? WorstTrade { get; init; }

    /// <summary>Standard deviation (n - 1) of the profits in CNY; null below two trades.</summary>
    public double? ProfitDeviation { get; init; }

    /// <summary>Root of the trades times the mean over the standard deviation of the profits; null without deviation. Source: Tharp (2008).</summary>
    public double? SystemQuality { get; init; }

    /// <summary>Best trade over the gross profit; null without a win.</summary>
    public double? BestShare { get; init; }

    /// <summary>Worst trade over the gross loss; null without a loss.</summary>
    public double? WorstShare { get; init; }

    /// <summary>Largest fall of the summed profits below their peak, in order of exit; the first peak is 0.</summary>
    public Money MaxClosedDrawdown { get; init; }

    /// <summary>Net profit over the sum of the days held, rounded half up; null without a trade.</summary>
    public Money? ProfitPerDay { get; init; }

    /// <summary>W - (1 - W) / payoff ratio, W the win rate; null without the latter. Source: Kelly (1956).</summary>
    public double? KellyFraction { get; init; }

    /// <summary>Mean of profit over the cost of the entry; null without a trade.</summary>
    public double? MeanReturn { get; init; }

    /// <summary>Median of the returns; null without a trade.</summary>
    public double? MedianReturn { get; init; }

    /// <summary>Standard deviation (n - 1) of the returns; null below two trades.</summary>
    public double? ReturnDeviation { get; init; }

    /// <summary>Third standardised moment (n) of the returns; null without deviation.</summary>
    public double? ReturnSkewness { get; init; }

    /// <summary>Largest return; null without a trade.</summary>
    public double? BestReturn { get; init; }

    /// <summary>Smallest return; null without a trade.</summary>
    public double? WorstReturn { get; init; }

    /// <summary>Mean return of the winning trades; null without one.</summary>
    public double? MeanWinReturn { get; init; }

    /// <summary>Mean return of the losing trades; null without one.</summary>
    public double? MeanLossReturn { get; init; }

    /// <summary>
    /// Mean over the standard deviation of the returns, times the root of the trades; null without deviation. Source: Student (1908).
    /// </summary>
    public double? ReturnT { get; init; }

    /// <summary>Mean trading days from entry to exit, both included; null without a trade.</summary>
    public double? MeanDays { get; init; }

    /// <summary>Median of the days held; null without a trade.</summary>
    public double? MedianDays { get; init; }

    /// <summary>Most days held; 0 without a trade.</summary>
    public int MaxDays { get; init; }

    /// <summary>Fewest days held; 0 without a trade.</summary>
    public int MinDays { get; init; }

    /// <summary>Mean days held of the winning trades; null without one.</summary>
    public double? MeanWinDays { get; init; }

    /// <summary>Mean days held of the losing trades; null without one.</summary>
    public double? MeanLossDays { get; init; }

    /// <summary>Sum of the fees.</summary>
    public Money Fees { get; init; }

    /// <summary>Fees over the trades, rounded half up; null without a trade.</summary>
    public Money? MeanFees { get; init; }

    /// <summary>Fees over the gross profit; null without a win.</summary>
    public double? FeesToGrossProfit { get; init; }

    /// <summary>Sum of the entry price times the quantity.</summary>
    public Money EntryValue { get; init; }

    /// <summary>Fees over the entered value: the move that pays the fees; null without a trade.</summary>
    public double? BreakEvenFees { get; init; }

    /// <summary>
    /// Mean of MAE: the deepest fall below the entry price while held, over the entry price; null without a trade. Source: Sweeney
    /// (1997).
    /// </summary>
    public double? MeanAdverse { get; init; }

    /// <summary>
    /// Mean of MFE: the highest rise above the entry price while held, over the entry price; null without a trade. Source: Sweeney
    /// (1997).
    /// </summary>
    public double? MeanFavourable { get; init; }

    /// <summary>Largest MAE; null without a trade.</summary>
    public double? MaxAdverse { get; init; }

    /// <summary>Largest MFE; null without a trade.</summary>
    public double? MaxFavourable { get; init; }

    /// <summary>Mean MAE of the winning trades: how far a stop must stay away; null without one. Source: Sweeney (1997).</summary>
    public double? MeanAdverseOfWins { get; init; }

    /// <summary>Mean MFE over mean MAE; null when the latter is 0. Source: Faith (2007), without its scaling by ATR.</summary>
    public double? EdgeRatio { get; init; }

    /// <summary>
    /// Mean of (highest - entry) / (highest - lowest) while held, of a short sale mirrored; trades without a range are left out; null
    /// when none is left. Source: Kaufman (2013).
    /// </summary>
    public double? EntryEfficiency { get; init; }

    /// <summary>
    /// Mean of (exit - lowest) / (highest - lowest) while held, of a short sale mirrored; trades without a range are left out; null when
    /// none is left. Source: Kaufman (2013).
    /// </summary>
    public double? ExitEfficiency { get; init; }

    /// <summary>Mean price move from entry to exit over the mean MFE; null when the latter is 0.</summary>
    public double? ProfitCapture { get; init; }
}
