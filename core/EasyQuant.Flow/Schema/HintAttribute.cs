namespace EasyQuant.Flow;

/// <summary>One sentence below a parameter in forms: what it does, its unit. The schema carries it as <c>description</c> and under <c>x-i18n</c>.</summary>
/// <param name="en">English text.</param>
/// <param name="zh">Chinese text.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class HintAttribute(string en, string zh) : Attribute
{
    /// <summary>English text.</summary>
    public string En { get; } = en;

    /// <summary>Chinese text.</summary>
    public string Zh { get; } = zh;
}
