namespace EasyQuant.Flow;

/// <summary>Smallest and largest number of items of a list parameter, both included (<c>minItems</c>, <c>maxItems</c>).</summary>
/// <param name="minimum">Smallest count; at least 0.</param>
/// <param name="maximum">Largest count.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ItemCountAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Smallest count, included.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Largest count, included.</summary>
    public int Maximum { get; } = maximum;
}
