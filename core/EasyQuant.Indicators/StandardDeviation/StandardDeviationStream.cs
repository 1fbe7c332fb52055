namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="StandardDeviation"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do
/// not copy it. Allocates its window once. Not thread-safe.
/// </summary>
public struct StandardDeviationStream
{
    private readonly int _divisor;
    private RollingWindow _window;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1; at least 2 for a sample.</param>
    /// <param name="isSample">True divides by n-1, false by n.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is too small.</exception>
    public StandardDeviationStream(int period, bool isSample)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, isSample ? 2 : 1);
        _window = new RollingWindow(period);
        _divisor = isSample ? period - 1 : period;
    }

    /// <summary>Takes the next value and returns the deviation of the last n, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN makes the next n results NaN.</param>
    public double Next(double value) => _window.Push(value)
        ? Math.Sqrt(_window.SquaredDistances(_window.Mean()) / _divisor)
        : double.NaN;
}
