namespace EasyQuant.Indicators;

/// <summary>
/// Linearly weighted moving average: the newest of n values has weight n, the oldest weight 1, divided by n(n+1)/2. Summed anew for
/// every window, oldest value first. A window that holds a NaN gives NaN and later windows recover.
/// </summary>
public static class Wma
{
    /// <summary>Computes the average of every window.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="result">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        WmaStream stream = new(period);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = stream.Next(values[i]);
        }
    }
}
