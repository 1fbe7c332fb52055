namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Ema"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct EmaStream
{
    private readonly int _period;
    private readonly double _factor;
    private double _average;
    private int _seen;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public EmaStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
        _factor = 2.0 / (period + 1.0);
    }

    /// <summary>Takes the next value and returns the average, NaN until n numbers were seen.</summary>
    /// <param name="value">Any number; NaN is skipped and answered with NaN.</param>
    public double Next(double value)
    {
        if (double.IsNaN(value))
        {
            return double.NaN;
        }

        if (_seen < _period)
        {
            // While warming up the field holds the sum.
            _average += value;
            if (++_seen < _period)
            {
                return double.NaN;
            }

            _average /= _period;
            return _average;
        }

        _average += _factor * (value - _average);
        return _average;
    }
}
