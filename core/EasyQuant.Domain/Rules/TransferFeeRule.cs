using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Transfer fee on the traded value, by quantity, or both; the same on both sides.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="RatePpm">Millionths of the traded value.</param>
/// <param name="PerThousandShares">Fee for 1,000 shares, at least 0; default none.</param>
/// <param name="Exchange">The only exchange of the boards that charges it, for example <c>SH</c>; null (default) for all.</param>
public sealed record TransferFeeRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    long RatePpm,
    Money PerThousandShares = default,
    string? Exchange = null) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
