using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>One dated row of the rule book. Of the rows of a kind that name a board, the one with the latest date not after the day is in force.</summary>
/// <param name="Id">Stable id, for example <c>price-limit.main.1996</c>; named by orders that the row clipped or rejected.</param>
/// <param name="Boards">The boards the row is for, at least one.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
public abstract record Rule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence);
