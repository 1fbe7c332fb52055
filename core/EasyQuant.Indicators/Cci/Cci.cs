namespace EasyQuant.Indicators;

/// <summary>
/// Commodity channel index of Donald Lambert (Commodities magazine, October 1980): (typical price - its mean) / (0.015 x mean absolute
/// distance from that mean), over n bars, where the typical price is (high + low + close) / 3. Without movement the index is 0. A
/// window that holds a NaN gives NaN.
/// </summary>
public static class Cci
{
    /// <summary>Computes the index at every bar.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="period">Window length n, at least 1; Lambert used 20.</param>
    /// <param name="result">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or the period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high, ReadOnlySpan<double> low, ReadOnlySpan<double> close, int period, Span<double> result)
    {
        IndicatorGuard.Check(high, period, result);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        CciStream stream = new(period);
        for (int i = 0; i < high.Length; i++)
        {
            result[i] = stream.Next(high[i], low[i], close[i]);
        }
    }
}
