namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Stochastic"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy
/// it. Allocates its windows once. Not thread-safe.
/// </summary>
public struct StochasticStream
{
    private RollingWindow _highs;
    private RollingWindow _lows;
    private RollingWindow _raw;
    private RollingWindow _smoothed;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <param name="smoothing">Length of K's average, at least 1.</param>
    /// <param name="signalPeriod">Length of D's average, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A period is below 1.</exception>
    public StochasticStream(int period, int smoothing, int signalPeriod)
    {
        _highs = new RollingWindow(period);
        _lows = new RollingWindow(period);
        _raw = new RollingWindow(smoothing);
        _smoothed = new RollingWindow(signalPeriod);
    }

    /// <summary>Takes the next bar and returns K and D, each NaN during its warm-up.</summary>
    /// <param name="high">Highest price.</param>
    /// <param name="low">Lowest price.</param>
    /// <param name="close">Last price.</param>
    public StochasticValue Next(double high, double low, double close)
    {
        if (double.IsNaN(high + low + close))
        {
            return new StochasticValue(double.NaN, double.NaN);
        }

        _highs.Push(high);
        if (!_lows.Push(low) || !_raw.Push(PositionInRange(_highs.Highest(), _lows.Lowest(), close)))
        {
            return new StochasticValue(double.NaN, double.NaN);
        }

        double k = _raw.Mean();
        return new StochasticValue(k, _smoothed.Push(k) ? _smoothed.Mean() : double.NaN);
    }

    /// <summary>Returns where the close stands between lowest and highest in percent, 50 when they are equal.</summary>
    internal static double PositionInRange(double highest, double lowest, double close) =>
        highest > lowest ? 100 * ((close - lowest) / (highest - lowest)) : 50;
}
