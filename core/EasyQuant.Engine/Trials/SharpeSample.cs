namespace EasyQuant.Engine;

/// <summary>What the distribution of an estimated Sharpe ratio depends on.</summary>
/// <param name="Sharpe">Mean over standard deviation of the returns of one period each (a day, say); not annualised.</param>
/// <param name="ReturnCount">Number of returns, at least 0.</param>
/// <param name="Skewness">Third standardised moment of the returns; 0 for a normal distribution.</param>
/// <param name="Kurtosis">Fourth standardised moment of the returns, at least 1; 3 for a normal distribution.</param>
public readonly record struct SharpeSample(double Sharpe, int ReturnCount, double Skewness, double Kurtosis)
{
    /// <summary>Measures returns; the ratio of a constant series is 0 with the moments of a normal distribution.</summary>
    /// <param name="returns">Oldest first; not modified.</param>
    public static SharpeSample Of(ReadOnlySpan<double> returns) => new(
        Sample.Ratio(Sample.Mean(returns), Sample.Deviation(returns)) ?? 0,
        returns.Length,
        Sample.Skewness(returns) ?? 0,
        Sample.Kurtosis(returns) ?? 3);

    /// <summary>
    /// Standard error of the ratio, (1 - skewness S + (kurtosis - 1) S^2 / 4) / (n - 1) under the root: E. Mertens, "Comments on variance
    /// of the IID estimator in Lo (2002)", 2002. Null below two returns or when the moments contradict each other.
    /// </summary>
    public double? StandardError => ReturnCount >= 2 && Spread is > 0 and var spread ? Math.Sqrt(spread / (ReturnCount - 1)) : null;

    /// <summary>The numerator of the squared standard error.</summary>
    internal double Spread => 1 - (Skewness * Sharpe) + ((Kurtosis - 1) / 4 * Sharpe * Sharpe);
}
