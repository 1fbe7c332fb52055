namespace EasyQuant.Engine;

/// <summary>
/// Figures of a backtest against a benchmark over the same days. In the formulas r are the daily returns of the backtest, b those of
/// the benchmark, n their count, A the periods a year and f the risk-free return of one day, (1 + risk-free rate)^(1 / A) - 1.
/// Fractions: 0.1 is 10 %. A figure that the data cannot give is null.
/// </summary>
public sealed record BenchmarkStatistics
{
    /// <summary>Product of 1 + b over all days, minus 1.</summary>
    public required double BenchmarkTotalReturn { get; init; }

    /// <summary>(1 + total return)^(A / n) - 1.</summary>
    public required double? BenchmarkCagr { get; init; }

    /// <summary>Standard deviation (n - 1) of b times the root of A; null below two days.</summary>
    public required double? BenchmarkVolatility { get; init; }

    /// <summary>Mean of b - f over the standard deviation (n - 1) of b, times the root of A; null without deviation. Source: Sharpe (1994).</summary>
    public required double? BenchmarkSharpe { get; init; }

    /// <summary>Largest fall of the product of 1 + b below its peak, as a fraction of it.</summary>
    public required double BenchmarkMaxDrawdown { get; init; }

    /// <summary>Compound annual growth minus the benchmark's.</summary>
    public required double? ExcessReturn { get; init; }

    /// <summary>(mean(r - f) - beta mean(b - f)) times A; null without beta. Source: Jensen (1968).</summary>
    public required double? Alpha { get; init; }

    /// <summary>Intercept of r - f on b - f over its standard error by ordinary least squares; null below three days or without residuals.</summary>
    public required double? AlphaT { get; init; }

    /// <summary>Covariance of r and b over the variance of b; null when b never changes. Source: Sharpe (1964).</summary>
    public required double? Beta { get; init; }

    /// <summary>
    /// Beta over the days with b above 0; null with fewer than two or when b never changes there. Source: Bawa and Lindenberg (1977).
    /// </summary>
    public required double? BetaUp { get; init; }

    /// <summary>
    /// Beta over the days with b below 0; null with fewer than two or when b never changes there. Source: Bawa and Lindenberg (1977).
    /// </summary>
    public required double? BetaDown { get; init; }

    /// <summary>Pearson's correlation of r and b; null without deviation of both.</summary>
    public required double? Correlation { get; init; }

    /// <summary>Squared correlation.</summary>
    public required double? RSquared { get; init; }

    /// <summary>Standard deviation (n - 1) of r - b times the root of A; null below two days.</summary>
    public required double? TrackingError { get; init; }

    /// <summary>Mean of r - b over its standard deviation (n - 1), times the root of A; null without deviation. Source: Goodwin (1998).</summary>
    public required double? InformationRatio { get; init; }

    /// <summary>Mean of r - f times A over beta; null when beta is 0. Source: Treynor (1965).</summary>
    public required double? Treynor { get; init; }

    /// <summary>Risk-free rate plus the Sharpe ratio times the benchmark's volatility. Source: Modigliani and Modigliani (1997).</summary>
    public required double? ModiglianiReturn { get; init; }

    /// <summary>
    /// Alpha over the standard deviation (n - 2) of the residuals times the root of A; null without residuals. Source: Treynor and Black
    /// (1973).
    /// </summary>
    public required double? AppraisalRatio { get; init; }

    /// <summary>
    /// Geometric mean of r over the days with b above 0, over that of b; null without such a day. Source: Morningstar's definition, here
    /// of days.
    /// </summary>
    public required double? UpCapture { get; init; }

    /// <summary>Geometric mean of r over the days with b below 0, over that of b; null without such a day. Source: as UpCapture.</summary>
    public required double? DownCapture { get; init; }

    /// <summary>Up capture over down capture; null when the latter is 0.</summary>
    public required double? CaptureRatio { get; init; }

    /// <summary>Days with r above b over all days.</summary>
    public required double BattingAverage { get; init; }

    /// <summary>Largest fall of the strategy's growth over the benchmark's below its peak, as a fraction of it.</summary>
    public required double MaxRelativeDrawdown { get; init; }
}
