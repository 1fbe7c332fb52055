namespace EasyQuant.Indicators;

/// <summary>
/// Standard score of a value within the last n values, itself included: (value - mean) / population standard deviation, both as
/// <see cref="StandardDeviation"/> computes them. A window without any movement gives 0. A window that holds a NaN gives NaN.
/// </summary>
public static class ZScore
{
    /// <summary>Computes the score at every position.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="result">Length N; the first n-1 elements become NaN.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        ZScoreStream stream = new(period);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = stream.Next(values[i]);
        }
    }
}
