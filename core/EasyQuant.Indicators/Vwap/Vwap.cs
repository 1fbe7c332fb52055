namespace EasyQuant.Indicators;

/// <summary>
/// Volume-weighted average price of a session so far: sum of typical price x volume over sum of volume, where the typical price is
/// (high + low + close) / 3 (the definition of chart programs for bars; of single trades the trade price counts). Before the first
/// volume the result is NaN. A bar that holds a NaN is answered with NaN and skipped.
/// </summary>
public static class Vwap
{
    /// <summary>Computes the running average.</summary>
    /// <param name="high">Length N, oldest first; not modified.</param>
    /// <param name="low">Length N.</param>
    /// <param name="close">Length N.</param>
    /// <param name="volume">Length N, at least 0.</param>
    /// <param name="isSessionStart">Length N: true at the first bar of a session, where the sums start anew; empty for one session.</param>
    /// <param name="result">Length N, in the unit of the prices.</param>
    /// <exception cref="ArgumentException">A column has another length.</exception>
    public static void Compute(
        ReadOnlySpan<double> high,
        ReadOnlySpan<double> low,
        ReadOnlySpan<double> close,
        ReadOnlySpan<double> volume,
        ReadOnlySpan<bool> isSessionStart,
        Span<double> result)
    {
        IndicatorGuard.SameLength(high.Length, low.Length, nameof(low));
        IndicatorGuard.SameLength(high.Length, close.Length, nameof(close));
        IndicatorGuard.SameLength(high.Length, volume.Length, nameof(volume));
        IndicatorGuard.SameLength(high.Length, result.Length, nameof(result));
        if (isSessionStart.Length > 0)
        {
            IndicatorGuard.SameLength(high.Length, isSessionStart.Length, nameof(isSessionStart));
        }

        VwapStream stream = new();
        for (int i = 0; i < high.Length; i++)
        {
            if (isSessionStart.Length > 0 && isSessionStart[i])
            {
                stream.StartSession();
            }

            result[i] = stream.Next(high[i], low[i], close[i], volume[i]);
        }
    }
}
