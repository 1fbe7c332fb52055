namespace EasyQuant.Data;

/// <summary>One step of an instrument's price history that trading did not make: dividend, split, bonus, rights.</summary>
/// <param name="ExDate">First trading date without the entitlement.</param>
/// <param name="Multiplier">
/// Close before the ex-date divided by its ex-right reference, in units of 10^-12, above 0; 2,000,000,000,000 for a split of one into two. Multiplying
/// the prices from the ex-date on by it makes them comparable with the earlier ones.
/// </param>
/// <param name="KnownFrom">First date on which the step was known; null means the ex-date. A query as of an earlier date leaves the step out.</param>
public sealed record AdjustmentFactor(DateOnly ExDate, long Multiplier, DateOnly? KnownFrom = null)
{
    /// <summary>Decimal places of <see cref="Multiplier"/>.</summary>
    public const int Scale = 12;

    /// <summary>The multiplier that changes nothing.</summary>
    public const long One = 1_000_000_000_000;
}
