using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>What binds orders of one instrument while no rule changes: its own terms first, else the rows of the rule book.</summary>
internal sealed class TradingTerms
{
    public required FeeRates Buy { get; init; }

    public required FeeRates Sell { get; init; }

    /// <summary>Smallest order; 1 when no rule says more.</summary>
    public required long LotMinimum { get; init; }

    public required long LotStep { get; init; }

    /// <summary>The row of the lot, or <c>instrument.lot</c>.</summary>
    public required string? LotSource { get; init; }

    /// <summary>Price step in price units; 0 when none is known.</summary>
    public required long Tick { get; init; }

    public required string? TickSource { get; init; }

    /// <summary>The row of the price limit; null when none is in force.</summary>
    public required PriceLimitRule? PriceLimit { get; init; }

    /// <summary>Trading days until bought shares may be sold.</summary>
    public required int ShareDays { get; init; }

    public required string? SettlementSource { get; init; }

    /// <summary>Trading days until the proceeds of a sale may be spent.</summary>
    public required int CashDays { get; init; }

    public required string? CashSource { get; init; }

    /// <summary>Returns the largest allowed buy of at most <paramref name="wanted"/>, 0 when even the smallest is more.</summary>
    /// <param name="wanted">At least 0.</param>
    /// <param name="continues">True for the rest of an order that has filled in part: only the step counts.</param>
    public long FloorBuy(long wanted, bool continues) =>
        continues ? wanted / LotStep * LotStep
        : wanted < LotMinimum ? 0
        : LotStep == 1 ? wanted : LotMinimum + ((wanted - LotMinimum) / LotStep * LotStep);

    /// <summary>Returns the largest allowed sale, see <see cref="LotRule.FloorSell"/>.</summary>
    public long FloorSell(long wanted, long held, bool continues)
    {
        if (wanted == held || LotMinimum == 1 && LotStep == 1)
        {
            return wanted;
        }

        long remainder = Math.Max(held, 0) % LotStep;
        return wanted >= LotMinimum + remainder && (wanted - remainder) % LotStep == 0 ? wanted : FloorBuy(wanted, continues);
    }
}
