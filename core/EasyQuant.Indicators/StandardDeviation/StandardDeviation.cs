namespace EasyQuant.Indicators;

/// <summary>
/// Standard deviation of the last n values: the root of the mean squared distance from their mean, computed in two passes for every
/// window, oldest value first. Divides by n (population), or by n-1 (sample) on request. A window that holds a NaN gives NaN.
/// </summary>
public static class StandardDeviation
{
    /// <summary>Computes the deviation of every window.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Window length n, at least 1; at least 2 for a sample.</param>
    /// <param name="isSample">True divides by n-1, false by n.</param>
    /// <param name="result">Length N, at least 0; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is too small.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, bool isSample, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        StandardDeviationStream stream = new(period, isSample);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = stream.Next(values[i]);
        }
    }
}
