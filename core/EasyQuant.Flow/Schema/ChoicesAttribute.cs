namespace EasyQuant.Flow;

/// <summary>The texts that a text parameter may have (<c>enum</c>). An enum-typed property needs no attribute: its names become the choices in camel case.</summary>
/// <param name="values">The choices, in the order a form shows them.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ChoicesAttribute(params string[] values) : Attribute
{
    /// <summary>The choices.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}
