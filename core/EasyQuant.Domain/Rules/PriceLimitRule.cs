using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>Daily price limit around the reference price.</summary>
/// <param name="Id">Stable id.</param>
/// <param name="Boards">The boards the row is for.</param>
/// <param name="EffectiveFrom">First day in force, included.</param>
/// <param name="Source">Where the value is from.</param>
/// <param name="Confidence">How well the row is founded.</param>
/// <param name="IsSpecialTreatment">True when the row is for ST and *ST shares only, false when it is for the others.</param>
/// <param name="LimitPpm">Distance from the reference price in millionths, the same up and down; 100000 is 10 %.</param>
public sealed record PriceLimitRule(
    string Id,
    ImmutableArray<Board> Boards,
    DateOnly EffectiveFrom,
    string Source,
    RuleConfidence Confidence,
    bool IsSpecialTreatment,
    long LimitPpm) : Rule(Id, Boards, EffectiveFrom, Source, Confidence)
{
    /// <summary>Returns the highest allowed price: reference times (1 + limit), rounded half up to the tick.</summary>
    /// <param name="reference">Reference price of the day, above 0.</param>
    /// <param name="tick">Tick in the same units, at least 1.</param>
    public Price Upper(Price reference, Price tick) => Round(reference, 1_000_000 + LimitPpm, tick);

    /// <summary>Returns the lowest allowed price: reference times (1 - limit), rounded half up to the tick.</summary>
    /// <param name="reference">Reference price of the day, above 0.</param>
    /// <param name="tick">Tick in the same units, at least 1.</param>
    public Price Lower(Price reference, Price tick) => Round(reference, 1_000_000 - LimitPpm, tick);

    /// <summary>Returns a share of the reference price, rounded half up to the tick.</summary>
    /// <param name="reference">Reference price, above 0.</param>
    /// <param name="ppm">Millionths of it, at least 0.</param>
    /// <param name="tick">Tick in the same units, at least 1.</param>
    public static Price Round(Price reference, long ppm, Price tick)
    {
        Int128 ticks = ScaledDecimal.DivideHalfUp((Int128)reference.Units * ppm, (Int128)1_000_000 * tick.Units);
        return new Price(checked((long)(ticks * tick.Units)));
    }
}
