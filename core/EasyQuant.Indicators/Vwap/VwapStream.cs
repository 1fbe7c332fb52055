namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Vwap"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct VwapStream
{
    private double _value;
    private double _volume;

    /// <summary>Forgets what came before; call it ahead of the first bar of a session.</summary>
    public void StartSession()
    {
        _value = 0;
        _volume = 0;
    }

    /// <summary>Takes the next bar and returns the average of the session so far, NaN before the first volume.</summary>
    /// <param name="high">Highest price.</param>
    /// <param name="low">Lowest price.</param>
    /// <param name="close">Last price.</param>
    /// <param name="volume">Volume, at least 0.</param>
    public double Next(double high, double low, double close, double volume)
    {
        double typical = (high + low + close) / 3;
        if (double.IsNaN(typical + volume))
        {
            return double.NaN;
        }

        _value += typical * volume;
        _volume += volume;
        return _volume > 0 ? _value / _volume : double.NaN;
    }
}
