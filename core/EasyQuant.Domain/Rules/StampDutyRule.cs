using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Stamp duty on the traded value.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="BuyPpm">Millionths of the value of a buy.</param>
/// <param name="SellPpm">Millionths of the value of a sale.</param>
public sealed record StampDutyRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    long BuyPpm,
    long SellPpm) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
