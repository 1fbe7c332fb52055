namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Bollinger"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy
/// it. Allocates its window once. Not thread-safe.
/// </summary>
public struct BollingerStream
{
    private readonly int _period;
    private readonly double _deviations;
    private RollingWindow _window;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="deviations">Half width in standard deviations, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1, or the width is not above 0.</exception>
    public BollingerStream(int period, double deviations)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviations);
        _window = new RollingWindow(period);
        _period = period;
        _deviations = deviations;
    }

    /// <summary>Takes the next value and returns the bands of the last n, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN makes the next n results NaN.</param>
    public BollingerValue Next(double value)
    {
        if (!_window.Push(value))
        {
            return new BollingerValue(double.NaN, double.NaN, double.NaN);
        }

        double mean = _window.Mean();
        double width = _deviations * Math.Sqrt(_window.SquaredDistances(mean) / _period);
        return new BollingerValue(mean, mean + width, mean - width);
    }
}
