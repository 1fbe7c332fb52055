namespace EasyQuant.Engine;

/// <summary>Ratios that several reports need.</summary>
internal static class RatioFigures
{
    /// <summary>Mean of the returns above the risk-free one over their deviation (n - 1), annualised; null without deviation.</summary>
    public static double? Sharpe(ReadOnlySpan<double> returns, ReportOptions options) =>
        Sample.Ratio(Sample.Mean(returns) - options.RiskFreeReturn, Sample.Deviation(returns)) * Math.Sqrt(options.PeriodsPerYear);

    /// <summary>Covariance over the variance of the benchmark; null below two days or when the benchmark never changes.</summary>
    public static double? Beta(ReadOnlySpan<double> returns, ReadOnlySpan<double> benchmark) =>
        returns.Length < 2 ? null : Sample.Ratio(Sample.CrossSum(returns, benchmark), Sample.CentralSum(benchmark, 2));

    /// <summary>(1 + growth)^(periods a year / count) - 1; null when nothing is left.</summary>
    public static double? Annual(double totalReturn, int count, ReportOptions options) =>
        totalReturn > -1 ? Math.Pow(1 + totalReturn, (double)options.PeriodsPerYear / count) - 1 : null;
}
