namespace EasyQuant.Engine;

/// <summary>
/// How far a Sharpe ratio survives the number of trials it was chosen from. All ratios are of one period (not annualised).
/// Sources: D. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2), 2012 (probabilistic ratio,
/// track record) and "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5), 2014. Stateless and thread-safe.
/// </summary>
public static class DeflatedSharpe
{
    private const double EulerMascheroni = 0.57721566490153286;

    /// <summary>
    /// Returns the probability that the true ratio exceeds <paramref name="benchmark"/>: the normal distribution at
    /// (S - benchmark) / standard error. Null when the standard error is not known.
    /// </summary>
    /// <param name="sample">The estimated ratio.</param>
    /// <param name="benchmark">The ratio to beat, of one period.</param>
    public static double? Probabilistic(in SharpeSample sample, double benchmark) =>
        sample.StandardError is { } error ? NormalDistribution.Cumulative((sample.Sharpe - benchmark) / error) : null;

    /// <summary>
    /// Returns the largest ratio to expect of trials without skill: the root of the variance times
    /// ((1 - g) Z(1 - 1/N) + g Z(1 - 1/(N e))), where Z is the normal quantile and g the Euler-Mascheroni constant. 0 for a single trial.
    /// </summary>
    /// <param name="trialCount">N, at least 1: independent trials.</param>
    /// <param name="variance">Variance of the ratios over the trials, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double ExpectedMaximum(long trialCount, double variance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trialCount, 1);
        if (!(variance >= 0) || double.IsInfinity(variance))
        {
            throw new ArgumentOutOfRangeException(nameof(variance), variance, "A variance is finite and at least 0.");
        }

        return trialCount == 1
            ? 0
            : Math.Sqrt(variance)
                * (((1 - EulerMascheroni) * NormalDistribution.Quantile(1 - (1.0 / trialCount)))
                    + (EulerMascheroni * NormalDistribution.Quantile(1 - (1 / (trialCount * Math.E)))));
    }

    /// <summary>Returns the deflated ratio: the probabilistic one against <see cref="ExpectedMaximum"/>, 0 to 1; null when the standard error is not known.</summary>
    /// <param name="sample">The estimated ratio of the chosen trial.</param>
    /// <param name="trialCount">Trials it was chosen from, at least 1.</param>
    /// <param name="variance">Variance of the ratios over the trials, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double? Compute(in SharpeSample sample, long trialCount, double variance) =>
        Probabilistic(sample, ExpectedMaximum(trialCount, variance));

    /// <summary>
    /// Returns how many returns it takes until the ratio exceeds <paramref name="benchmark"/> with <paramref name="confidence"/>:
    /// 1 + (1 - skewness S + (kurtosis - 1) S^2 / 4) (Z(confidence) / (S - benchmark))^2. Null when the ratio does not exceed the benchmark.
    /// </summary>
    /// <param name="sample">The estimated ratio; its count does not matter.</param>
    /// <param name="benchmark">The ratio to beat, of one period.</param>
    /// <param name="confidence">Above 0.5, below 1; usually 0.95.</param>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is outside its range.</exception>
    public static double? MinimumTrackRecord(in SharpeSample sample, double benchmark, double confidence)
    {
        if (!(confidence is > 0.5 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence is above 0.5 and below 1.");
        }

        double excess = sample.Sharpe - benchmark;
        double quantile = NormalDistribution.Quantile(confidence);
        return excess > 0 && sample.Spread > 0 ? 1 + (sample.Spread * quantile * quantile / (excess * excess)) : null;
    }
}
