namespace EasyQuant.Indicators;

/// <summary>Argument checks shared by the batch forms.</summary>
internal static class IndicatorGuard
{
    public static void Check(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        SameLength(values.Length, result.Length, nameof(result));
    }

    /// <summary>Refuses a column or a result whose length differs from that of the first column.</summary>
    public static void SameLength(int expected, int actual, string name)
    {
        if (actual != expected)
        {
            throw new ArgumentException($"{name} must have the length of the values ({expected}), has {actual}.", name);
        }
    }
}
