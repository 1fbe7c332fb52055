namespace EasyQuant.Indicators;

/// <summary>
/// Channel of Richard Donchian: the highest high and the lowest low of the last n bars, the current one included. A breakout rule
/// compares with the value of the bar before. A window that holds a NaN gives NaN.
/// </summary>
public static class Donchian
{
    /// <summary>Computes the three columns.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="period">Window length n, at least 1; Donchian used 20.</param>
    /// <param name="upper">Length N; the first n-1 elements become NaN.</param>
    /// <param name="middle">Length N; the first n-1 elements become NaN.</param>
    /// <param name="lower">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or the period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high,
        ReadOnlySpan<double> low,
        int period,
        Span<double> upper,
        Span<double> middle,
        Span<double> lower)
    {
        IndicatorGuard.Check(high, period, upper);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, middle.Length, nameof(middle));
        IndicatorGuard.SameLength(high.Length, lower.Length, nameof(lower));
        DonchianStream stream = new(period);
        for (int i = 0; i < high.Length; i++)
        {
            (upper[i], middle[i], lower[i]) = stream.Next(high[i], low[i]);
        }
    }
}
