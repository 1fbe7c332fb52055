namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="ZScore"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its window once. Not thread-safe.
/// </summary>
public struct ZScoreStream
{
    private readonly int _period;
    private RollingWindow _window;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public ZScoreStream(int period)
    {
        _window = new RollingWindow(period);
        _period = period;
    }

    /// <summary>Takes the next value and returns its score, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN makes the next n results NaN.</param>
    public double Next(double value)
    {
        if (!_window.Push(value))
        {
            return double.NaN;
        }

        double mean = _window.Mean();
        double deviation = Math.Sqrt(_window.SquaredDistances(mean) / _period);
        return deviation == 0 ? 0 : (value - mean) / deviation;
    }
}
