namespace EasyQuant.Indicators;

/// <summary>
/// Moving average convergence divergence of Gerald Appel ("Technical Analysis: Power Tools for Active Investors", 2005): the line is
/// EMA(fast) - EMA(slow), the signal is the EMA of the line, the histogram is line - signal. Every average is an <see cref="Ema"/> that
/// starts with the simple average of its own first values; the signal starts at the first line. A NaN gives NaN and is skipped.
/// </summary>
public static class Macd
{
    /// <summary>Computes the three columns.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="fastPeriod">At least 1, below <paramref name="slowPeriod"/>; Appel used 12.</param>
    /// <param name="slowPeriod">Appel used 26.</param>
    /// <param name="signalPeriod">At least 1; Appel used 9.</param>
    /// <param name="line">Length N; the first slow-1 elements become NaN.</param>
    /// <param name="signal">Length N; the first slow+signal-2 elements become NaN.</param>
    /// <param name="histogram">Length N; NaN where the signal is.</param>
    /// <exception cref="ArgumentException">A result has another length, or a period is out of range.</exception>
    public static void Compute(
        ReadOnlySpan<double> values,
        int fastPeriod,
        int slowPeriod,
        int signalPeriod,
        Span<double> line,
        Span<double> signal,
        Span<double> histogram)
    {
        IndicatorGuard.SameLength(values.Length, line.Length, nameof(line));
        IndicatorGuard.SameLength(values.Length, signal.Length, nameof(signal));
        IndicatorGuard.SameLength(values.Length, histogram.Length, nameof(histogram));
        MacdStream stream = new(fastPeriod, slowPeriod, signalPeriod);
        for (int i = 0; i < values.Length; i++)
        {
            (line[i], signal[i], histogram[i]) = stream.Next(values[i]);
        }
    }
}
