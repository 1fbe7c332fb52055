namespace EasyQuant.Indicators;

/// <summary>
/// Slow stochastic oscillator of George Lane ("Lane's Stochastics", Technical Analysis of Stocks and Commodities, 1984): the raw value
/// is 100 x (close - lowest low) / (highest high - lowest low) over n bars, 50 when the range is 0; K is its simple average over the
/// smoothing, D the simple average of K. A smoothing of 1 gives the fast form. A bar that holds a NaN is answered with NaN and skipped.
/// </summary>
public static class Stochastic
{
    /// <summary>Computes the two columns.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="period">Window length n, at least 1; usual 14.</param>
    /// <param name="smoothing">Length of K's average, at least 1; usual 3.</param>
    /// <param name="signalPeriod">Length of D's average, at least 1; usual 3.</param>
    /// <param name="k">Length N; the first n+smoothing-2 elements become NaN.</param>
    /// <param name="d">Length N; the first n+smoothing+signal-3 elements become NaN.</param>
    /// <exception cref="ArgumentException">A column has another length, or a period is below 1.</exception>
    public static void Compute(
        ReadOnlySpan<double> high,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> close,
        int period,
        int smoothing,
        int signalPeriod,
        Span<double> k,
        Span<double> d)
    {
        IndicatorGuard.Check(high, period, k);
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        IndicatorGuard.SameLength(high.Length, d.Length, nameof(d));
        StochasticStream stream = new(period, smoothing, signalPeriod);
        for (int i = 0; i < high.Length; i++)
        {
            (k[i], d[i]) = stream.Next(high[i], low[i], close[i]);
        }
    }
}
