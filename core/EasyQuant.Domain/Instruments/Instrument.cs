using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>What is traded: symbol, board, scales, life, and what of its own differs from the rules of its board.</summary>
/// <param name="Symbol">The canonical symbol.</param>
/// <param name="Board">Decides which exchange rules apply.</param>
/// <param name="PriceScale">Decimal places of a price unit: 4 for A-shares, up to 8.</param>
/// <param name="Name">Display name; empty when unknown.</param>
/// <param name="IsSpecialTreatment">True for a share that is ST or *ST all the time, whose price limit differs; default false. See <see cref="SpecialTreatmentPeriods"/>.</param>
/// <param name="ListDate">First trading day, when known; decides the days without a price limit.</param>
public sealed record Instrument(
    Symbol Symbol,
    Board Board,
    int PriceScale = Price.ShareScale,
    string Name = "",
    bool IsSpecialTreatment = false,
    DateOnly? ListDate = null)
{
    /// <summary>Last day on which the instrument is listed, included; null (default) while it is.</summary>
    public DateOnly? DelistDate { get; init; }

    /// <summary>Times as ST or *ST, ascending and disjoint; empty by default.</summary>
    public ImmutableArray<DateRange> SpecialTreatmentPeriods { get; init; } = [];

    /// <summary>ISO 4217 code, or the name of a coin, that prices are in. Default CNY.</summary>
    public string Currency { get; init; } = "CNY";

    /// <summary>Decimal places of a quantity unit: 0 (default) for shares, up to 8 for coins.</summary>
    public int QuantityScale { get; init; }

    /// <summary>Smallest order in quantity units, at least 1; null (default) takes the board's row of the rule book.</summary>
    public long? LotMinimum { get; init; }

    /// <summary>Step of orders above the minimum in quantity units, at least 1; null (default) takes the board's row.</summary>
    public long? LotStep { get; init; }

    /// <summary>Price step in price units, at least 1; null (default) takes the board's row.</summary>
    public long? Tick { get; init; }

    /// <summary>Longest settlement, in trading days.</summary>
    public const int SettlementDaysMax = 30;

    /// <summary>Trading days until bought shares may be sold, 0 to 30; null (default) takes the board's row. Funds that settle T+0 say 0.</summary>
    public int? ShareSettlementDays { get; init; }

    /// <summary>Trading days until the proceeds of a sale may be spent, 0 to 30; null (default) takes the board's row.</summary>
    public int? CashSettlementDays { get; init; }

    /// <summary>True when the share is under special treatment on <paramref name="day"/>.</summary>
    public bool IsSpecialTreatmentOn(DateOnly day)
    {
        if (IsSpecialTreatment)
        {
            return true;
        }

        foreach (DateRange period in SpecialTreatmentPeriods)
        {
            if (period.Contains(day))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes an instrument whose board follows from the symbol.</summary>
    /// <param name="symbol">The canonical symbol.</param>
    /// <param name="priceScale">Decimal places of a price unit, 0 to 8; default 4.</param>
    public static Instrument FromSymbol(Symbol symbol, int priceScale = Price.ShareScale) =>
        new(symbol, BoardOf(symbol), priceScale);

    /// <summary>Returns the board that the code range of <paramref name="symbol"/> belongs to.</summary>
    public static Board BoardOf(Symbol symbol) => symbol.Exchange switch
    {
        "SH" => BoardOfShanghai(symbol.Code),
        "SZ" => BoardOfShenzhen(symbol.Code),
        "BJ" => symbol.Code.StartsWith("899", StringComparison.Ordinal) ? Board.Index : Board.Bse,
        _ => Board.Other,
    };

    private static Board BoardOfShanghai(string code) => code[..2] switch
    {
        "60" => Board.Main,
        "68" => Board.Star,
        "90" => Board.BShare,
        "00" or "88" or "99" or "93" => Board.Index,
        ['5', _] => Board.Fund,
        ['1', _] or "01" or "02" or "20" => Board.Bond,
        _ => Board.Other,
    };

    private static Board BoardOfShenzhen(string code) => code[..2] switch
    {
        "00" => Board.Main,
        "30" => Board.ChiNext,
        "20" => Board.BShare,
        "39" => Board.Index,
        "15" or "16" or "18" => Board.Fund,
        ['1', _] => Board.Bond,
        _ => Board.Other,
    };
}
