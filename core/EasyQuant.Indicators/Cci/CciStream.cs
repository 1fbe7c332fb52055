namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Cci"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its window once. Not thread-safe.
/// </summary>
public struct CciStream
{
    private const double Scale = 0.015;

    private readonly int _period;
    private RollingWindow _typical;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public CciStream(int period)
    {
        _typical = new RollingWindow(period);
        _period = period;
    }

    /// <summary>Takes the next bar and returns the index, NaN during warm-up.</summary>
    /// <param name="high">Highest price; NaN makes the next n results NaN.</param>
    /// <param name="low">Lowest price; NaN makes the next n results NaN.</param>
    /// <param name="close">Last price; NaN makes the next n results NaN.</param>
    public double Next(double high, double low, double close)
    {
        double typical = (high + low + close) / 3;
        if (!_typical.Push(typical))
        {
            return double.NaN;
        }

        double mean = _typical.Mean();
        double distances = 0;
        foreach (double value in _typical.Values)
        {
            distances += Math.Abs(value - mean);
        }

        return distances == 0 ? 0 : (typical - mean) / (Scale * (distances / _period));
    }
}
