using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>When bought shares may be sold.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="ShareDays">Trading days until bought shares may be sold: 0 the same day, 1 the next.</param>
public sealed record SettlementRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    int ShareDays) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
