namespace EasyQuant.Faults.Oracles;

/// <summary>Something that a fault must not do, found after it.</summary>
/// <param name="Oracle">Which oracle found it: O1 to O12.</param>
/// <param name="Kind">What kind of thing it is, for example <c>lost</c>.</param>
/// <param name="Subject">What it happened to.</param>
/// <param name="Detail">What was expected and what was there.</param>
internal sealed record Violation(string Oracle, string Kind, string Subject, string Detail)
{
    public override string ToString() => $"{Oracle} {Kind} {Subject}: {Detail}";
}
