namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Donchian"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy
/// it. Allocates its windows once. Not thread-safe.
/// </summary>
public struct DonchianStream
{
    private RollingWindow _highs;
    private RollingWindow _lows;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Window length n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public DonchianStream(int period)
    {
        _highs = new RollingWindow(period);
        _lows = new RollingWindow(period);
    }

    /// <summary>Takes the next bar and returns the channel of the last n, NaN during warm-up.</summary>
    /// <param name="high">Highest price; NaN makes the next n results NaN.</param>
    /// <param name="low">Lowest price; NaN makes the next n results NaN.</param>
    public DonchianValue Next(double high, double low)
    {
        _highs.Push(high);
        if (!_lows.Push(low))
        {
            return new DonchianValue(double.NaN, double.NaN, double.NaN);
        }

        double upper = _highs.Highest();
        double lower = _lows.Lowest();
        double middle = (upper + lower) / 2;
        return double.IsNaN(middle) ? new DonchianValue(double.NaN, double.NaN, double.NaN) : new DonchianValue(upper, middle, lower);
    }
}
