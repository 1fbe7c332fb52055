namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Adx"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct AdxStream
{
    private readonly int _period;
    private double _previousHigh;
    private double _previousLow;
    private double _previousClose;
    private double _range;
    private double _plus;
    private double _minus;
    private double _index;
    private int _moves;
    private int _indices;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public AdxStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
        _previousClose = double.NaN;
    }

    /// <summary>Takes the next bar and returns the three figures, each NaN during its warm-up.</summary>
    /// <param name="high">Highest price.</param>
    /// <param name="low">Lowest price.</param>
    /// <param name="close">Last price.</param>
    public AdxValue Next(double high, double low, double close)
    {
        if (double.IsNaN(high + low + close))
        {
            return new AdxValue(double.NaN, double.NaN, double.NaN);
        }

        bool isFirst = double.IsNaN(_previousClose);
        bool isWarm = !isFirst && Move(high, low);
        (_previousHigh, _previousLow, _previousClose) = (high, low, close);
        if (!isWarm)
        {
            return new AdxValue(double.NaN, double.NaN, double.NaN);
        }

        double plus = Percent(_plus, _range);
        double minus = Percent(_minus, _range);
        return new AdxValue(Average(Percent(Math.Abs(plus - minus), plus + minus)), plus, minus);
    }

    private static double Percent(double part, double whole) => whole > 0 ? 100 * (part / whole) : 0;

    /// <summary>Takes the movement since the bar before into the sums; true when they hold n movements.</summary>
    private bool Move(double high, double low)
    {
        double range = AtrStream.TrueRange(high, low, _previousClose);
        double up = high - _previousHigh;
        double down = _previousLow - low;
        double plus = up > down && up > 0 ? up : 0;
        double minus = down > up && down > 0 ? down : 0;
        if (_moves < _period)
        {
            _moves++;
            _range += range;
            _plus += plus;
            _minus += minus;
        }
        else
        {
            _range = _range - (_range / _period) + range;
            _plus = _plus - (_plus / _period) + plus;
            _minus = _minus - (_minus / _period) + minus;
        }

        return _moves == _period;
    }

    private double Average(double movement)
    {
        if (_indices < _period)
        {
            // While warming up the field holds the sum.
            _index += movement;
            if (++_indices < _period)
            {
                return double.NaN;
            }

            _index /= _period;
            return _index;
        }

        _index = ((_index * (_period - 1)) + movement) / _period;
        return _index;
    }
}
