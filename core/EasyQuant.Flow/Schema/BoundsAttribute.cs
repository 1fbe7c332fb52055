namespace EasyQuant.Flow;

/// <summary>Smallest and largest value of a number parameter, both included (<c>minimum</c>, <c>maximum</c>).</summary>
/// <param name="minimum">Smallest value; <see cref="double.NegativeInfinity"/> for none.</param>
/// <param name="maximum">Largest value; <see cref="double.PositiveInfinity"/> (default) for none.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class BoundsAttribute(double minimum, double maximum = double.PositiveInfinity) : Attribute
{
    /// <summary>Smallest value, included.</summary>
    public double Minimum { get; } = minimum;

    /// <summary>Largest value, included.</summary>
    public double Maximum { get; } = maximum;
}
