namespace EasyQuant.Indicators;

/// <summary>
/// Directional movement of J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978). Movements and true ranges are taken
/// from the second bar on; their sums start with the first n and then move by sum - sum/n + new. The directional indicators are
/// 100 x sum of movements / sum of ranges, DX is 100 x |plus - minus| / (plus + minus), and the index starts as the mean of the first n
/// DX and then moves by (previous x (n-1) + DX) / n. A quotient with divisor 0 counts as 0. A bar that holds a NaN is answered with NaN and
/// skipped.
/// </summary>
public static class Adx
{
    /// <summary>Computes the three columns.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="period">n, at least 1; Wilder used 14.</param>
    /// <param name="index">Length N; the first 2n-1 elements become NaN.</param>
    /// <param name="plusDirection">Length N; the first n elements become NaN.</param>
    /// <param name="minusDirection">Length N; the first n elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or the period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> close,
        int period,
        Span<double> index,
        Span<double> plusDirection,
        Span<double> minusDirection)
    {
        IndicatorGuard.Check(high, period, index);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        IndicatorGuard.SameLength(high.Length, plusDirection.Length, nameof(plusDirection));
        IndicatorGuard.SameLength(high.Length, minusDirection.Length, nameof(minusDirection));
        AdxStream stream = new(period);
        for (int i = 0; i < high.Length; i++)
        {
            (index[i], plusDirection[i], minusDirection[i]) = stream.Next(high[i], low[i], close[i]);
        }
    }
}
