namespace EasyQuant.Indicators;

/// <summary>
/// Exponential moving average with factor 2/(n+1), started with the simple average of the first n values (the definition of TA-Lib
/// and of most chart books; formula languages that start with the first value differ during the first few hundred bars). A NaN gives
/// NaN for that position and is otherwise skipped: the state stays as it was.
/// </summary>
public static class Ema
{
    /// <summary>Computes the average at every position.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">n, at least 1.</param>
    /// <param name="result">Length N; NaN until n numbers were seen.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        EmaStream stream = new(period);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = stream.Next(values[i]);
        }
    }
}
