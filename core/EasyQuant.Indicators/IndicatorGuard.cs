namespace EasyQuant.Indicators;

/// <summary>Argument checks shared by the batch forms.</summary>
internal static class IndicatorGuard
{
    public static void Check(ReadOnlySpan<double> values, int period, Span<double> result)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        if (result.Length != values.Length)
        {
            throw new ArgumentException($"The result must have the length of the values ({values.Length}), has {result.Length}.", nameof(result));
        }
    }
}
