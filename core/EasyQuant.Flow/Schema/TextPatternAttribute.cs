namespace EasyQuant.Flow;

/// <summary>Regular expression that a text parameter must match (<c>pattern</c>); anchor it with <c>^</c> and <c>$</c>. Evaluated by the non-backtracking engine, so no look-around and no back references.</summary>
/// <param name="pattern">The expression.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class TextPatternAttribute(string pattern) : Attribute
{
    /// <summary>The expression.</summary>
    public string Pattern { get; } = pattern;
}
