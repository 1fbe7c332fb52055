namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Kdj"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its windows once. Not thread-safe.
/// </summary>
public struct KdjStream
{
    private const double Start = 50;

    private readonly int _kPeriod;
    private readonly int _dPeriod;
    private RollingWindow _highs;
    private RollingWindow _lows;
    private double _k;
    private double _d;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="kPeriod">m1, at least 1.</param>
    /// <param name="dPeriod">m2, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A period is below 1.</exception>
    public KdjStream(int period, int kPeriod, int dPeriod)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(kPeriod, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dPeriod, 1);
        _highs = new RollingWindow(period);
        _lows = new RollingWindow(period);
        _kPeriod = kPeriod;
        _dPeriod = dPeriod;
        _k = Start;
        _d = Start;
    }

    /// <summary>Takes the next bar and returns K, D and J, NaN during warm-up.</summary>
    /// <param name="high">Highest price.</param>
    /// <param name="low">Lowest price.</param>
    /// <param name="close">Last price.</param>
    public KdjValue Next(double high, double low, double close)
    {
        if (double.IsNaN(high + low + close))
        {
            return new KdjValue(double.NaN, double.NaN, double.NaN);
        }

        _highs.Push(high);
        if (!_lows.Push(low))
        {
            return new KdjValue(double.NaN, double.NaN, double.NaN);
        }

        double raw = StochasticStream.PositionInRange(_highs.Highest(), _lows.Lowest(), close);
        _k = ((_k * (_kPeriod - 1)) + raw) / _kPeriod;
        _d = ((_d * (_dPeriod - 1)) + _k) / _dPeriod;
        return new KdjValue(_k, _d, (3 * _k) - (2 * _d));
    }
}
