namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Wma"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its window once. Not thread-safe.
/// </summary>
public struct WmaStream
{
    private readonly double _weights;
    private RollingWindow _window;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public WmaStream(int period)
    {
        _window = new RollingWindow(period);
        _weights = period * (period + 1.0) / 2;
    }

    /// <summary>Takes the next value and returns the average of the last n, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN makes the next n results NaN.</param>
    public double Next(double value)
    {
        if (!_window.Push(value))
        {
            return double.NaN;
        }

        double sum = 0;
        ReadOnlySpan<double> values = _window.Values;
        for (int i = 0; i < values.Length; i++)
        {
            sum += (i + 1) * values[i];
        }

        return sum / _weights;
    }
}
