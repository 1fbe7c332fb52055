using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Figures of a whole backtest. In the formulas r are the daily returns (equity over the equity of the day before, minus 1, the first
/// against the initial cash), n their count, A the periods a year and f the risk-free return of one day,
/// (1 + risk-free rate)^(1 / A) - 1. Fractions: 0.1 is 10 %. A figure that the data cannot give is null.
/// </summary>
public sealed record PortfolioStatistics
{
    /// <summary>Final equity over initial equity, minus 1.</summary>
    public double TotalReturn { get; init; }

    /// <summary>(final / initial)^(A / n) - 1; null when the final equity is not above 0. Source: GIPS, geometric annualisation.</summary>
    public double? Cagr { get; init; }

    /// <summary>Arithmetic mean of the daily returns.</summary>
    public double MeanDailyReturn { get; init; }

    /// <summary>(final / initial)^(1 / n) - 1; null when the final equity is not above 0.</summary>
    public double? GeometricDailyReturn { get; init; }

    /// <summary>Largest daily return.</summary>
    public double BestDay { get; init; }

    /// <summary>Smallest daily return.</summary>
    public double WorstDay { get; init; }

    /// <summary>Mean of the daily returns above 0; null without one.</summary>
    public double? MeanGainDay { get; init; }

    /// <summary>Mean of the daily returns below 0; null without one.</summary>
    public double? MeanLossDay { get; init; }

    /// <summary>Days with a return above 0 over all days.</summary>
    public double PositiveDayRatio { get; init; }

    /// <summary>Most days in a row with a return above 0.</summary>
    public int LongestWinningDays { get; init; }

    /// <summary>Most days in a row with a return below 0.</summary>
    public int LongestLosingDays { get; init; }

    /// <summary>Arithmetic mean of the returns of the calendar months, incomplete ones included.</summary>
    public double MeanMonthlyReturn { get; init; }

    /// <summary>Largest return of a calendar month, incomplete ones included.</summary>
    public double BestMonth { get; init; }

    /// <summary>Smallest return of a calendar month, incomplete ones included.</summary>
    public double WorstMonth { get; init; }

    /// <summary>Months with a return above 0 over all months.</summary>
    public double PositiveMonthRatio { get; init; }

    /// <summary>Largest return of a calendar year, incomplete ones included.</summary>
    public double BestYear { get; init; }

    /// <summary>Smallest return of a calendar year, incomplete ones included.</summary>
    public double WorstYear { get; init; }

    /// <summary>Standard deviation (n - 1) of the daily returns times the root of A; null below two days.</summary>
    public double? Volatility { get; init; }

    /// <summary>Root of the mean over all days of min(r - f, 0)^2, times the root of A. Source: Sortino and Price (1994).</summary>
    public double DownsideDeviation { get; init; }

    /// <summary>Third standardised moment (n) of the daily returns; null without deviation.</summary>
    public double? Skewness { get; init; }

    /// <summary>Fourth standardised moment (n) of the daily returns minus 3; null without deviation.</summary>
    public double? ExcessKurtosis { get; init; }

    /// <summary>
    /// Minus the 5 % quantile (linear interpolation) of the daily returns; a loss is above 0. Source: historical simulation, Jorion,
    /// Value at Risk (2006).
    /// </summary>
    public double ValueAtRisk95 { get; init; }

    /// <summary>Minus the 1 % quantile of the daily returns, as ValueAtRisk95.</summary>
    public double ValueAtRisk99 { get; init; }

    /// <summary>Minus the mean of the daily returns at or below the 5 % quantile. Source: Acerbi and Tasche (2002).</summary>
    public double ExpectedShortfall95 { get; init; }

    /// <summary>
    /// -(m + s z'), z' = z + (z^2 - 1) S / 6 + (z^3 - 3 z) K / 24 - (2 z^3 - 5 z) S^2 / 36 with z the normal 5 % quantile, S skewness, K
    /// excess kurtosis; null without deviation. Source: Favre and Galeano (2002), Cornish-Fisher expansion.
    /// </summary>
    public double? ModifiedValueAtRisk95 { get; init; }

    /// <summary>95 % quantile over the absolute 5 % quantile of the daily returns; null when the latter is 0.</summary>
    public double? TailRatio { get; init; }

    /// <summary>
    /// Mean of the daily returns at or above the 95 % quantile over the expected shortfall at 95 %; null when the latter is 0. Source:
    /// Biglova, Ortobelli, Rachev and Stoyanov (2004).
    /// </summary>
    public double? RachevRatio { get; init; }

    /// <summary>Pearson's correlation of each daily return with the one before; null without deviation or below three days.</summary>
    public double? Autocorrelation { get; init; }

    /// <summary>Mean of r - f over the standard deviation (n - 1) of r, times the root of A; null without deviation. Source: Sharpe (1994).</summary>
    public double? Sharpe { get; init; }

    /// <summary>
    /// Root of (1 - S q + (K - 1) q^2 / 4) / (n - 1), times the root of A, with q the daily ratio, S skewness, K kurtosis; null without
    /// deviation. Source: Mertens (2002).
    /// </summary>
    public double? SharpeStandardError { get; init; }

    /// <summary>
    /// Normal distribution at the Sharpe ratio over its standard error; null without deviation. Source: Bailey and López de Prado (2012).
    /// </summary>
    public double? ProbabilisticSharpe { get; init; }

    /// <summary>Mean of r - f times A over the downside deviation; null when that is 0. Source: Sortino and Price (1994).</summary>
    public double? Sortino { get; init; }

    /// <summary>
    /// Compound annual growth over the largest drawdown; null without a drawdown. Source: Young (1991), here over the whole period.
    /// </summary>
    public double? Calmar { get; init; }

    /// <summary>Sum of the positive over the absolute sum of the negative r - f; null without a loss. Source: Keating and Shadwick (2002).</summary>
    public double? Omega { get; init; }

    /// <summary>
    /// Mean over all days of max(r - f, 0) over the root of the mean of min(r - f, 0)^2; null when that is 0. Source: Sortino, van der
    /// Meer and Plantinga (1999).
    /// </summary>
    public double? UpsidePotential { get; init; }

    /// <summary>
    /// Sum of the monthly returns over the absolute sum of the negative ones; null without a losing month. Source: Schwager (2012).
    /// </summary>
    public double? GainToPain { get; init; }

    /// <summary>
    /// Mean of r - f over the variance (n - 1) of r: the leverage of the largest expected growth; null without deviation. Source: Thorp
    /// (2006).
    /// </summary>
    public double? KellyFraction { get; init; }

    /// <summary>Squared correlation of ln(equity) with the day's number, 0 to 1; null below two days or when an equity is not above 0.</summary>
    public double? Stability { get; init; }

    /// <summary>Largest fall of the equity below its highest value so far, as a fraction of it; the initial cash is the first peak.</summary>
    public double MaxDrawdown { get; init; }

    /// <summary>Trading days after the peak until the trough of the largest drawdown; 0 without one.</summary>
    public int MaxDrawdownDays { get; init; }

    /// <summary>Most trading days in a row below the peak.</summary>
    public int LongestDrawdownDays { get; init; }

    /// <summary>Number of times the equity fell below its peak and came back, or has not come back yet.</summary>
    public int DrawdownCount { get; init; }

    /// <summary>Mean depth of all drawdowns; null without one.</summary>
    public double? MeanDrawdown { get; init; }

    /// <summary>Mean trading days below the peak of a drawdown; null without one.</summary>
    public double? MeanDrawdownDays { get; init; }

    /// <summary>Fall of the final equity below the highest equity.</summary>
    public double CurrentDrawdown { get; init; }

    /// <summary>Days with an equity below its peak over all days.</summary>
    public double UnderwaterRatio { get; init; }

    /// <summary>Root of the mean over all days of the squared fall below the peak. Source: Martin and McCann (1989).</summary>
    public double UlcerIndex { get; init; }

    /// <summary>Mean over all days of the fall below the peak. Source: Becker (2006).</summary>
    public double PainIndex { get; init; }

    /// <summary>
    /// Compound annual growth minus the risk-free rate, over the ulcer index; null without a fall. Source: Martin and McCann (1989).
    /// </summary>
    public double? MartinRatio { get; init; }

    /// <summary>Compound annual growth minus the risk-free rate, over the pain index; null without a fall. Source: Becker (2006).</summary>
    public double? PainRatio { get; init; }

    /// <summary>
    /// Compound annual growth minus the risk-free rate, over the root of the sum of the squared depths of all drawdowns; null without
    /// one. Source: Burke (1994).
    /// </summary>
    public double? BurkeRatio { get; init; }

    /// <summary>Final minus initial equity over the largest fall in money; null without a fall.</summary>
    public double? RecoveryFactor { get; init; }

    /// <summary>Days that ended with a position over all days.</summary>
    public double ExposureRatio { get; init; }

    /// <summary>Mean over the days of (equity - cash) / equity; null when an equity is not above 0.</summary>
    public double? MeanExposure { get; init; }

    /// <summary>Largest (equity - cash) / equity; null when an equity is not above 0.</summary>
    public double? MaxExposure { get; init; }

    /// <summary>Sum of the values of all fills, buys and sales.</summary>
    public Money TradedValue { get; init; }

    /// <summary>Traded value over the mean equity, times A / n; null when the mean equity is not above 0. Both sides count.</summary>
    public double? Turnover { get; init; }

    /// <summary>Sum of all fees of all fills.</summary>
    public Money Fees { get; init; }

    /// <summary>Fees over the initial equity.</summary>
    public double FeesToInitial { get; init; }

    /// <summary>Fees over the traded value; null without a trade.</summary>
    public double? FeeRate { get; init; }

    /// <summary>
    /// Sum over all fills of what slippage added to the price of a buy or took from that of a sale, times the quantity; contained in the
    /// prices.
    /// </summary>
    public Money SlippageCost { get; init; }

    /// <summary>Sum of the dividends received, less those owed by short positions.</summary>
    public Money DividendIncome { get; init; }

    /// <summary>Interest received on cash, less interest and borrow fees paid.</summary>
    public Money InterestIncome { get; init; }

    /// <summary>Fees over the mean equity, times A / n; null when the mean equity is not above 0.</summary>
    public double? AnnualCost { get; init; }
}
