namespace EasyQuant.Flow;

/// <summary>Name of a parameter in forms, in both languages. The schema carries the English one as <c>title</c> and both under <c>x-i18n</c>.</summary>
/// <param name="en">English text.</param>
/// <param name="zh">Chinese text.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class TitleAttribute(string en, string zh) : Attribute
{
    /// <summary>English text.</summary>
    public string En { get; } = en;

    /// <summary>Chinese text.</summary>
    public string Zh { get; } = zh;
}
