using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Days after listing without a price limit.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="FreeDays">Trading days without a limit, counted from the listing day, at least 0.</param>
/// <param name="FirstDayUpPpm">Limit above the issue price on the listing day in millionths; null when the listing day has none of its own.</param>
/// <param name="FirstDayDownPpm">Limit below the issue price on the listing day in millionths; given together with the upper one.</param>
public sealed record NewListingRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    int FreeDays,
    long? FirstDayUpPpm = null,
    long? FirstDayDownPpm = null) : Rule(Id, Boards, EffectiveFrom, Source, Confidence);
