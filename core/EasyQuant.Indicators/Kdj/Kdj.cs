namespace EasyQuant.Indicators;

/// <summary>
/// The stochastic oscillator as Chinese programs compute it (随机指标 KDJ): RSV = 100 x (close - lowest low) / (highest high - lowest
/// low) over n bars, 50 when the range is 0; K = ((m1-1) x previous K + RSV) / m1, D = ((m2-1) x previous D + K) / m2, J = 3 K - 2 D. K
/// and D start from 50, the textbook value for a missing day before. A bar that holds a NaN is answered with NaN and skipped.
/// </summary>
public static class Kdj
{
    /// <summary>Computes the three columns.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="period">Window length n, at least 1; usual 9.</param>
    /// <param name="kPeriod">m1, at least 1; usual 3.</param>
    /// <param name="dPeriod">m2, at least 1; usual 3.</param>
    /// <param name="k">Length N; the first n-1 elements become NaN.</param>
    /// <param name="d">Length N; the first n-1 elements become NaN.</param>
    /// <param name="j">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or a period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> close,
        int period,
        int kPeriod,
        int dPeriod,
        Span<double> k,
        Span<double> d,
        Span<double> j)
    {
        IndicatorGuard.Check(high, period, k);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        IndicatorGuard.SameLength(high.Length, d.Length, nameof(d));
        IndicatorGuard.SameLength(high.Length, j.Length, nameof(j));
        KdjStream stream = new(period, kPeriod, dPeriod);
        for (int i = 0; i < high.Length; i++)
        {
            (k[i], d[i], j[i]) = stream.Next(high[i], low[i], close[i]);
        }
    }
}
