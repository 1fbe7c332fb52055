namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Obv"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct ObvStream
{
    private double _previousClose;
    private double _total;

    /// <summary>Starts an empty stream.</summary>
    public ObvStream() => _previousClose = double.NaN;

    /// <summary>Takes the next bar and returns the running total, 0 at the first bar.</summary>
    /// <param name="close">Last price.</param>
    /// <param name="volume">Volume, at least 0.</param>
    public double Next(double close, double volume)
    {
        if (double.IsNaN(close + volume))
        {
            return double.NaN;
        }

        if (close > _previousClose)
        {
            _total += volume;
        }
        else if (close < _previousClose)
        {
            _total -= volume;
        }

        _previousClose = close;
        return _total;
    }
}
