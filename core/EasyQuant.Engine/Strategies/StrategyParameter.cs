namespace EasyQuant.Engine;

/// <summary>A number that a strategy takes.</summary>
/// <param name="Name">camelCase name.</param>
/// <param name="IsInteger">True for whole numbers.</param>
/// <param name="Minimum">Smallest value, included.</param>
/// <param name="Maximum">Largest value, included.</param>
/// <param name="Default">Value when missing; null when the parameter stays unset.</param>
/// <param name="DescriptionEn">What it means, English.</param>
/// <param name="DescriptionZh">What it means, 中文.</param>
public sealed record StrategyParameter(
    string Name,
    bool IsInteger,
    double Minimum,
    double Maximum,
    double? Default,
    string DescriptionEn,
    string DescriptionZh);
