namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Roc"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Allocates its window once. Not thread-safe.
/// </summary>
public struct RocStream
{
    private readonly double[] _ring;
    private int _next;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="period">Distance n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is below 1.</exception>
    public RocStream(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _ring = new double[period];
        Array.Fill(_ring, double.NaN);
    }

    /// <summary>Takes the next value and returns its change from the value n before in percent, NaN during warm-up.</summary>
    /// <param name="value">Any number.</param>
    public double Next(double value)
    {
        double before = _ring[_next];
        _ring[_next] = value;
        _next = _next + 1 == _ring.Length ? 0 : _next + 1;
        return 100 * ((value / before) - 1);
    }
}
