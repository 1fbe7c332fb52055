namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Sma"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its window once. Not thread-safe.
/// </summary>
public struct SmaStream
{
    private readonly double[] _window;
    private double _sum;
    private int _missing;
    private int _next;
    private bool _isFull;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public SmaStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _window = new double[period];
    }

    /// <summary>Takes the next value and returns the average of the last n, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN makes the next n results NaN.</param>
    public double Next(double value)
    {
        if (double.IsNaN(value))
        {
            _missing++;
        }
        else
        {
            _sum += value;
        }

        if (_isFull)
        {
            double oldest = _window[_next];
            if (double.IsNaN(oldest))
            {
                _missing--;
            }
            else
            {
                _sum -= oldest;
            }
        }

        _window[_next++] = value;
        if (_next == _window.Length)
        {
            // The ring is aligned here: its elements are the window, oldest first.
            _next = 0;
            _isFull = true;
            _sum = Sma.SumOf(_window);
        }

        return !_isFull || _missing > 0 ? double.NaN : _sum / _window.Length;
    }
}
