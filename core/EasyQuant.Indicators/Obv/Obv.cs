namespace EasyQuant.Indicators;

/// <summary>
/// On-balance volume of Joseph Granville ("Granville's New Key to Stock Market Profits", 1963): starts at 0; adds the volume of a bar
/// that closes higher than the bar before, subtracts it when lower. A bar that holds a NaN is answered with NaN and skipped.
/// </summary>
public static class Obv
{
    /// <summary>Computes the running total.</summary>
    /// <param name="close">Length N, oldest first; not modified.</param>
    /// <param name="volume">Length N, at least 0.</param>
    /// <param name="result">Length N, in the unit of the volume; the first element is 0.</param>
    /// <exception cref="ArgumentException">A column has another length.</exception>
    public static void Compute(ReadOnlySpan<double> close, ReadOnlySpan<double> volume, Span<double> result)
    {
        IndicatorGuard.SameLength(close.Length, volume.Length, nameof(volume));
        IndicatorGuard.SameLength(close.Length, result.Length, nameof(result));
        ObvStream stream = new();
        for (int i = 0; i < close.Length; i++)
        {
            result[i] = stream.Next(close[i], volume[i]);
        }
    }
}
