namespace EasyQuant.Indicators;

/// <summary>
/// The last n values in a row, oldest first. Every value is kept twice, n places apart, so that the window is always one contiguous
/// span. Allocates once. A mutable struct: keep it in a field.
/// </summary>
internal struct RollingWindow
{
    private readonly double[] _twice;
    private readonly int _length;
    private int _next;

    public RollingWindow(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _twice = new double[checked(length * 2)];
        _length = length;
    }

    /// <summary>True when n values were pushed.</summary>
    public bool IsFull { get; private set; }

    /// <summary>The window, oldest first; meaningful when <see cref="IsFull"/>.</summary>
    public readonly ReadOnlySpan<double> Values => _twice.AsSpan(_next, _length);

    /// <summary>Takes the newest value and drops the oldest; returns <see cref="IsFull"/>.</summary>
    public bool Push(double value)
    {
        _twice[_next] = value;
        _twice[_next + _length] = value;
        if (++_next == _length)
        {
            _next = 0;
            IsFull = true;
        }

        return IsFull;
    }

    /// <summary>The largest value; NaN when one is NaN.</summary>
    public readonly double Highest()
    {
        double highest = double.NegativeInfinity;
        foreach (double value in Values)
        {
            highest = Math.Max(highest, value);
        }

        return highest;
    }

    /// <summary>The smallest value; NaN when one is NaN.</summary>
    public readonly double Lowest()
    {
        double lowest = double.PositiveInfinity;
        foreach (double value in Values)
        {
            lowest = Math.Min(lowest, value);
        }

        return lowest;
    }

    /// <summary>The mean, summed oldest first; NaN when a value is NaN.</summary>
    public readonly double Mean()
    {
        double sum = 0;
        foreach (double value in Values)
        {
            sum += value;
        }

        return sum / _length;
    }

    /// <summary>Sum of the squared distances from <paramref name="mean"/>, oldest first.</summary>
    public readonly double SquaredDistances(double mean)
    {
        double sum = 0;
        foreach (double value in Values)
        {
            double distance = value - mean;
            sum += distance * distance;
        }

        return sum;
    }
}
