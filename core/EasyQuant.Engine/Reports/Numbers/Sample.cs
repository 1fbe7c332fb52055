namespace EasyQuant.Engine;

/// <summary>Moments and quantiles of numbers; sums run from the first to the last element, so results are equal on every machine.</summary>
internal static class Sample
{
    /// <summary>
    /// Squares below this share of the squares of the numbers themselves are rounding of a constant: its deviation counts as 0.
    /// </summary>
    private const double ConstantShare = 1e-24;

    public static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum;
    }

    /// <summary>Arithmetic mean; null of nothing.</summary>
    public static double? Mean(ReadOnlySpan<double> values) => values.Length == 0 ? null : Sum(values) / values.Length;

    /// <summary>Standard deviation with n - 1; null below two numbers.</summary>
    public static double? Deviation(ReadOnlySpan<double> values) =>
        values.Length < 2 ? null : Math.Sqrt(CentralSum(values, 2) / (values.Length - 1));

    /// <summary>Third standardised moment with n; null when the deviation is 0 or not known.</summary>
    public static double? Skewness(ReadOnlySpan<double> values) => Standardised(values, 3);

    /// <summary>Fourth standardised moment with n, 3 for a normal distribution; null when the deviation is 0 or not known.</summary>
    public static double? Kurtosis(ReadOnlySpan<double> values) => Standardised(values, 4);

    /// <summary>
    /// Quantile by linear interpolation between order statistics: definition 7 of R. Hyndman and Y. Fan, "Sample Quantiles in
    /// Statistical Packages", The American Statistician 50(4), 1996; null of nothing.
    /// </summary>
    /// <param name="ascending">Numbers in ascending order.</param>
    /// <param name="share">0 to 1.</param>
    public static double? Quantile(ReadOnlySpan<double> ascending, double share)
    {
        if (ascending.Length == 0)
        {
            return null;
        }

        double at = share * (ascending.Length - 1);
        int low = (int)Math.Floor(at);
        int high = Math.Min(low + 1, ascending.Length - 1);
        return ascending[low] + ((at - low) * (ascending[high] - ascending[low]));
    }

    public static double? Median(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        return Quantile(sorted, 0.5);
    }

    /// <summary>Sum of products of the distances from the means of two series of one length.</summary>
    public static double CrossSum(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double leftMean = Mean(left) ?? 0;
        double rightMean = Mean(right) ?? 0;
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += (left[i] - leftMean) * (right[i] - rightMean);
        }

        return sum;
    }

    /// <summary>Pearson's correlation; null below two pairs or when one side is constant.</summary>
    public static double? Correlation(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        if (left.Length < 2)
        {
            return null;
        }

        double scale = Math.Sqrt(CentralSum(left, 2)) * Math.Sqrt(CentralSum(right, 2));
        return scale > 0 ? Math.Clamp(CrossSum(left, right) / scale, -1, 1) : null;
    }

    /// <summary>Quotient; null when the divisor is null or 0, or the dividend is null, or the result is not finite.</summary>
    public static double? Ratio(double? dividend, double? divisor) =>
        divisor is not null and not 0 && dividend / divisor is { } quotient && double.IsFinite(quotient) ? quotient : null;

    /// <summary>Sum of powers of the distances from the mean; 0 of a constant.</summary>
    public static double CentralSum(ReadOnlySpan<double> values, int power)
    {
        double mean = Mean(values) ?? 0;
        double sum = 0;
        double squares = 0;
        double raw = 0;
        foreach (double value in values)
        {
            double distance = value - mean;
            double square = distance * distance;
            squares += square;
            raw += value * value;
            sum += power == 2 ? square : power == 3 ? square * distance : square * square;
        }

        return squares <= raw * ConstantShare ? 0 : sum;
    }

    private static double? Standardised(ReadOnlySpan<double> values, int power)
    {
        double variance = values.Length < 2 ? 0 : CentralSum(values, 2) / values.Length;
        return variance > 0 ? CentralSum(values, power) / values.Length / Math.Pow(variance, power / 2.0) : null;
    }
}
