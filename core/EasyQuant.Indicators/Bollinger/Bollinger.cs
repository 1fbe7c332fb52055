namespace EasyQuant.Indicators;

/// <summary>
/// Bands of John Bollinger ("Bollinger on Bollinger Bands", 2001): the mean of the last n values, plus and minus k population standard
/// deviations of the same values. Computed in two passes for every window, oldest value first. A window that holds a NaN gives NaN.
/// </summary>
public static class Bollinger
{
    /// <summary>Computes the three columns.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Window length n, at least 1; Bollinger used 20.</param>
    /// <param name="deviations">Half width k in standard deviations, above 0; Bollinger used 2.</param>
    /// <param name="middle">Length N; the first n-1 elements become NaN.</param>
    /// <param name="upper">Length N; the first n-1 elements become NaN.</param>
    /// <param name="lower">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">A result has another length, the period is below 1, or the width is not above 0.</exception>
    public static void Compute(
        ReadOnlySpan<double> values,
        int period,
        double deviations,
        Span<double> middle,
        Span<double> upper,
        Span<double> lower)
    {
        IndicatorGuard.Check(values, period, middle);
        IndicatorGuard.SameLength(values.Length, upper.Length, nameof(upper));
        IndicatorGuard.SameLength(values.Length, lower.Length, nameof(lower));
        BollingerStream stream = new(period, deviations);
        for (int i = 0; i < values.Length; i++)
        {
            (middle[i], upper[i], lower[i]) = stream.Next(values[i]);
        }
    }
}
