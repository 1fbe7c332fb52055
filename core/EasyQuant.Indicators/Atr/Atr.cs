namespace EasyQuant.Indicators;

/// <summary>
/// Average true range of J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978). The true range is the largest of
/// high - low, |high - previous close| and |low - previous close|; the first bar has high - low. The average starts as the mean of the
/// first n true ranges and then moves by (previous x (n-1) + range) / n. A bar that holds a NaN is answered with NaN and skipped.
/// </summary>
public static class Atr
{
    /// <summary>Computes the average at every bar.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="period">n, at least 1; Wilder used 14.</param>
    /// <param name="result">Length N, at least 0; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or the period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high, ReadOnlySpan<double> low, ReadOnlySpan<double> close, int period, Span<double> result)
    {
        IndicatorGuard.Check(high, period, result);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        AtrStream stream = new(period);
        for (int i = 0; i < high.Length; i++)
        {
            result[i] = stream.Next(high[i], low[i], close[i]);
        }
    }
}
