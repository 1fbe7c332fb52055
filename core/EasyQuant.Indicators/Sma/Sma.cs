namespace EasyQuant.Indicators;

/// <summary>
/// Simple moving average: the mean of the last n values. The window's sum rolls (add the new value, then subtract the old one) and is
/// taken anew, oldest value first, after every n values, so rounding never drifts. A window that holds a NaN gives NaN and
/// later windows recover. Equal to <see cref="SmaStream"/> to the bit.
/// </summary>
public static class Sma
{
    /// <summary>Computes the average of every window.</summary>
    /// <param name="values">Length N, oldest first; not modified.</param>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="result">Length N; the first n-1 elements become NaN. May not overlap <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException">The result has another length, or the period is below 1.</exception>
    public static void Compute(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        IndicatorGuard.Check(values, period, result);
        double sum = 0;
        int missing = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            if (double.IsNaN(value))
            {
                missing++;
            }
            else
            {
                sum += value;
            }

            if (i >= period)
            {
                double oldest = values[i - period];
                if (double.IsNaN(oldest))
                {
                    missing--;
                }
                else
                {
                    sum -= oldest;
                }
            }

            if ((i + 1) % period == 0)
            {
                sum = SumOf(values.Slice(i + 1 - period, period));
            }

            result[i] = i + 1 < period || missing > 0 ? double.NaN : sum / period;
        }
    }

    /// <summary>Sums the numbers of a window in order, leaving out NaN.</summary>
    internal static double SumOf(ReadOnlySpan<double> window)
    {
        double sum = 0;
        foreach (double value in window)
        {
            if (!double.IsNaN(value))
            {
                sum += value;
            }
        }

        return sum;
    }
}
