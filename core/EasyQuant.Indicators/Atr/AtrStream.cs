namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Atr"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct AtrStream
{
    private readonly int _period;
    private double _average;
    private double _previousClose;
    private int _seen;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public AtrStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
        _previousClose = double.NaN;
    }

    /// <summary>Takes the next bar and returns the average, NaN until n bars were seen.</summary>
    /// <param name="high">Highest price.</param>
    /// <param name="low">Lowest price.</param>
    /// <param name="close">Last price.</param>
    public double Next(double high, double low, double close)
    {
        if (double.IsNaN(high + low + close))
        {
            return double.NaN;
        }

        double range = TrueRange(high, low, _previousClose);
        _previousClose = close;
        if (_seen < _period)
        {
            // While warming up the field holds the sum.
            _average += range;
            if (++_seen < _period)
            {
                return double.NaN;
            }

            _average /= _period;
            return _average;
        }

        _average = ((_average * (_period - 1)) + range) / _period;
        return _average;
    }

    /// <summary>Returns the true range; high - low when the previous close is NaN.</summary>
    internal static double TrueRange(double high, double low, double previousClose)
    {
        double range = high - low;
        return double.IsNaN(previousClose)
            ? range
            : Math.Max(range, Math.Max(Math.Abs(high - previousClose), Math.Abs(low - previousClose)));
    }
}
