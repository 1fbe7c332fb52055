namespace EasyQuant.Indicators;

/// <summary>
/// Rate of change: 100 x (value / value n positions before - 1), in percent. A NaN at either end gives NaN; a value of 0 before gives
/// an infinity or NaN as the division does.
/// </summary>
public static class Roc
{
    /// <summary>Computes the rate at every position.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Distance n, at least 1.</param>
    /// <param name="result">Length N, percent; the first n elements become NaN.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        for (int i = 0; i < values.Length; i++)
        {
            result[i] = i < period ? double.NaN : 100 * ((values[i] / values[i - period]) - 1);
        }
    }
}
