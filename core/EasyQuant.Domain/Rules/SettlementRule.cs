using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>When bought shares may be sold, and when the proceeds of sales may be spent.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="ShareDays">Trading days until bought shares may be sold, 0 to 30: 0 the same day, 1 the next.</param>
/// <param name="CashDays">Trading days until the proceeds of a sale may be spent, 0 to 30; default 0, the same day.</param>
public sealed record SettlementRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    int ShareDays,
    int CashDays = 0) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
