using System.Collections.Immutable;

namespace EasyQuant.Engine;

/// <summary>All combinations of the values of some parameters, numbered from 0; the last axis runs fastest. Immutable, thread-safe.</summary>
public sealed class SweepSpace
{
    private readonly Func<SweepPoint, bool>? _isAllowed;

    /// <summary>Makes a space.</summary>
    /// <param name="axes">At least one axis, distinct names.</param>
    /// <param name="isAllowed">Leaves out combinations (fast not below slow, say); null keeps all. Pure and thread-safe.</param>
    /// <exception cref="ArgumentException">There is no axis, a name repeats, or the space has more than 2^53 points.</exception>
    public SweepSpace(ImmutableArray<SweepAxis> axes, Func<SweepPoint, bool>? isAllowed = null)
    {
        if (axes.IsDefaultOrEmpty || axes.DistinctBy(axis => axis.Name).Count() < axes.Length)
        {
            throw new ArgumentException("A sweep needs at least one parameter, with distinct names.", nameof(axes));
        }

        double count = axes.Aggregate(1.0, (product, axis) => product * axis.Values.Length);
        if (count > 1L << 53)
        {
            throw new ArgumentException($"The space has {count:R} points, at most 2^53 can be numbered.", nameof(axes));
        }

        Axes = axes;
        Count = (long)count;
        _isAllowed = isAllowed;
    }

    /// <summary>The parameters.</summary>
    public ImmutableArray<SweepAxis> Axes { get; }

    /// <summary>Number of points, those left out included.</summary>
    public long Count { get; }

    /// <summary>Returns a point.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such point.</exception>
    public SweepPoint At(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return new SweepPoint(this, index);
    }

    /// <summary>True unless the point is left out.</summary>
    public bool Allows(SweepPoint point) => _isAllowed is null || _isAllowed(point);
}
