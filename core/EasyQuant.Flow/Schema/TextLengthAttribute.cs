namespace EasyQuant.Flow;

/// <summary>Smallest and largest length of a text parameter in UTF-16 units, both included (<c>minLength</c>, <c>maxLength</c>).</summary>
/// <param name="minimum">Smallest length; at least 0.</param>
/// <param name="maximum">Largest length.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class TextLengthAttribute(int minimum, int maximum) : Attribute
{
    /// <summary>Smallest length, included.</summary>
    public int Minimum { get; } = minimum;

    /// <summary>Largest length, included.</summary>
    public int Maximum { get; } = maximum;
}
