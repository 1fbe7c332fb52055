namespace EasyQuant.Flow;

/// <summary>A text that a person sees, in both languages of the product.</summary>
/// <param name="En">English text; never empty.</param>
/// <param name="Zh">Chinese text; never empty.</param>
public sealed record LocalizedText(string En, string Zh);
