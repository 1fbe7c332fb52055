namespace EasyQuant.Indicators;

/// <summary>
/// Relative strength index of J. Welles Wilder, "New Concepts in Technical Trading Systems" (1978): 100 x gain / (gain + loss), where
/// gain and loss start as the simple averages of the first n changes and then move by Wilder's smoothing
/// (previous x (n-1) + change) / n. Without any movement the index is 50. A NaN gives NaN for that position and is skipped: the next
/// change is taken from the last number.
/// </summary>
public static class Rsi
{
    /// <summary>Computes the index at every position.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">n, at least 1; Wilder used 14.</param>
    /// <param name="result">Length N, 0 to 100 both included; NaN until n changes were seen, so the first n elements.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        RsiStream stream = new(period);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = stream.Next(values[i]);
        }
    }
}
