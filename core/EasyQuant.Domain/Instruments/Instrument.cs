namespace EasyQuant.Domain;

/// <summary>What is traded: symbol, board and scales.</summary>
/// <param name="Symbol">The canonical symbol.</param>
/// <param name="Board">Decides which exchange rules apply.</param>
/// <param name="PriceScale">Decimal places of a price unit: 4 for A-shares, up to 8.</param>
/// <param name="Name">Display name; empty when unknown.</param>
/// <param name="IsSpecialTreatment">True for ST and *ST shares, whose price limit differs; default false.</param>
/// <param name="ListDate">First trading day, when known; decides the days without a price limit.</param>
public sealed record Instrument(
    Symbol Symbol,
    Board Board,
    int PriceScale = Price.ShareScale,
    string Name = "",
    bool IsSpecialTreatment = false,
    DateOnly? ListDate = null)
{
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
