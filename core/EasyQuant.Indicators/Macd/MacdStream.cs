namespace EasyQuant.Indicators;

/// <summary>
/// Streaming form of <see cref="Macd"/>, equal to the bit. A mutable struct: keep it in a field or an array element, do not copy it.
/// Does not allocate. Not thread-safe.
/// </summary>
public struct MacdStream
{
    private EmaStream _fast;
    private EmaStream _slow;
    private EmaStream _signal;

    /// <summary>Starts an empty stream.</summary>
    /// <param name="fastPeriod">At least 1, below <paramref name="slowPeriod"/>.</param>
    /// <param name="slowPeriod">Length of the slow average.</param>
    /// <param name="signalPeriod">Length of the signal, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A period is out of range.</exception>
    public MacdStream(int fastPeriod, int slowPeriod, int signalPeriod)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fastPeriod, slowPeriod);
        _fast = new EmaStream(fastPeriod);
        _slow = new EmaStream(slowPeriod);
        _signal = new EmaStream(signalPeriod);
    }

    /// <summary>Takes the next value and returns the three figures, NaN during warm-up.</summary>
    /// <param name="value">Any number; NaN is skipped and answered with NaN.</param>
    public MacdValue Next(double value)
    {
        double line = _fast.Next(value) - _slow.Next(value);
        double signal = _signal.Next(line);
        return new MacdValue(line, signal, line - signal);
    }
}
