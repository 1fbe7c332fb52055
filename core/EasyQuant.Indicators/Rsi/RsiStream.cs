namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Rsi"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct RsiStream
{
    private readonly int _period;
    private double _gain;
    private double _loss;
    private double _previous;
    private int _seen;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public RsiStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
        _previous = double.NaN;
    }

    /// <summary>Takes the next value and returns the index, NaN until n changes were seen.</summary>
    /// <param name="value">Any number; NaN is skipped and answered with NaN.</param>
    public double Next(double value)
    {
        if (double.IsNaN(value))
        {
            return double.NaN;
        }

        double change = value - _previous;
        _previous = value;
        if (double.IsNaN(change))
        {
            return double.NaN;
        }

        double gain = change > 0 ? change : 0;
        double loss = change < 0 ? -change : 0;
        if (_seen < _period)
        {
            // While warming up the fields hold sums.
            _gain += gain;
            _loss += loss;
            if (++_seen < _period)
            {
                return double.NaN;
            }

            _gain /= _period;
            _loss /= _period;
        }
        else
        {
            _gain = ((_gain * (_period - 1)) + gain) / _period;
            _loss = ((_loss * (_period - 1)) + loss) / _period;
        }

        double total = _gain + _loss;
        return total > 0 ? 100 * (_gain / total) : 50;
    }
}
