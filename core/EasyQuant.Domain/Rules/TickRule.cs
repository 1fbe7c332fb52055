using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Smallest price step.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="Tick">The step at scale 4, above 0: 100 units are 0.01.</param>
public sealed record TickRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    Price Tick) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
