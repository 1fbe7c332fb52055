using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>
/// Tax on cash dividends of a natural person, charged when the shares are sold, by the time they were held: from the day of the purchase to the day before
/// the sale. The row in force on the record date of the dividend counts.
/// </summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First record date in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="MonthPpm">Millionths of the dividend of shares held up to one month.</param>
/// <param name="YearPpm">Millionths of the dividend of shares held longer, up to one year.</param>
/// <param name="LongerPpm">Millionths of the dividend of shares held longer than a year.</param>
public sealed record DividendTaxRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    long MonthPpm,
    long YearPpm,
    long LongerPpm) : Rule(Id, Boards, EffectiveFrom, Source, Confidence)
{
    /// <summary>Returns the rate for shares bought and sold on the given days.</summary>
    public long RatePpm(DateOnly bought, DateOnly sold) =>
        sold <= bought.AddMonths(1) ? MonthPpm : sold <= bought.AddYears(1) ? YearPpm : LongerPpm;
}
