using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Increment that every fee of an order is rounded to, half up.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="Increment">Above 0; 0.01 CNY.</param>
public sealed record FeeRoundingRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    Money Increment) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
