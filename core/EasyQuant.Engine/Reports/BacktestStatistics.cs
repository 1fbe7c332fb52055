using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Core figures of a backtest. Ratios are fractions (0.1 is 10 %); a figure that the data cannot give (division by zero, too few days)
/// is null. Daily returns are equity over the equity of the day before, the first against the initial cash; a year has 252 trading days.
/// </summary>
public sealed record BacktestStatistics
{
    /// <summary>Trading days in a year, for everything annualised.</summary>
    public const int DaysPerYear = 252;

    /// <summary>Trading days of the period.</summary>
    public required int DayCount { get; init; }

    /// <summary>Cash at the start.</summary>
    public required Money InitialEquity { get; init; }

    /// <summary>Equity after the last day.</summary>
    public required Money FinalEquity { get; init; }

    /// <summary>Final over initial equity minus 1.</summary>
    public required double TotalReturn { get; init; }

    /// <summary>(Final / initial)^(252 / days) - 1; null when equity is not positive.</summary>
    public required double? Cagr { get; init; }

    /// <summary>Standard deviation (n-1) of the daily returns times the root of 252; null below two days.</summary>
    public required double? Volatility { get; init; }

    /// <summary>Mean over standard deviation (n-1) of the daily returns times the root of 252, risk-free rate 0.</summary>
    public required double? Sharpe { get; init; }

    /// <summary>Mean of the daily returns over the root of the mean square of the negative ones (over all days), times the root of 252.</summary>
    public required double? Sortino { get; init; }

    /// <summary>Largest fall from a peak as a fraction of the peak, 0 to 1; the initial cash is the first peak.</summary>
    public required double MaxDrawdown { get; init; }

    /// <summary>Day of the peak before the largest fall; null when there is no fall or the peak is the initial cash.</summary>
    public required DateOnly? DrawdownPeakDate { get; init; }

    /// <summary>Lowest day of the largest fall; null when there is no fall.</summary>
    public required DateOnly? DrawdownTroughDate { get; init; }

    /// <summary>First day after the trough at or above the peak; null when there is none.</summary>
    public required DateOnly? DrawdownRecoveryDate { get; init; }

    /// <summary>Cagr over MaxDrawdown; null without a fall.</summary>
    public required double? Calmar { get; init; }

    /// <summary>Closed round trips.</summary>
    public required int TradeCount { get; init; }

    /// <summary>Round trips still open at the end.</summary>
    public required int OpenTradeCount { get; init; }

    /// <summary>Closed round trips with a profit above 0 over all closed ones.</summary>
    public required double? WinRate { get; init; }

    /// <summary>Sum of profits over sum of losses of the closed round trips; null without a loss.</summary>
    public required double? ProfitFactor { get; init; }

    /// <summary>Mean return of the closed round trips.</summary>
    public required double? AverageTradeReturn { get; init; }

    /// <summary>Largest profit of a closed round trip.</summary>
    public required Money? BestTrade { get; init; }

    /// <summary>Smallest profit (largest loss) of a closed round trip.</summary>
    public required Money? WorstTrade { get; init; }

    /// <summary>Mean trading days of the closed round trips.</summary>
    public required double? AverageTradeDays { get; init; }

    /// <summary>Share of days that ended with a position, 0 to 1.</summary>
    public required double Exposure { get; init; }

    /// <summary>Traded value (buys and sells) over mean equity, for a year of 252 days.</summary>
    public required double? Turnover { get; init; }

    /// <summary>All fees.</summary>
    public required Money Fees { get; init; }

    /// <summary>Orders given.</summary>
    public required int OrderCount { get; init; }

    /// <summary>Fills.</summary>
    public required int FillCount { get; init; }

    /// <summary>Orders filled for less than asked.</summary>
    public required int ClippedOrderCount { get; init; }

    /// <summary>Orders not filled because something forbade it.</summary>
    public required int RejectedOrderCount { get; init; }
}
