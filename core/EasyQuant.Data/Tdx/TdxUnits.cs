using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Units of the integers in a TDX file, which depend on the kind of instrument.</summary>
/// <param name="PriceTick">Units of 10^-4 CNY that one price integer means: 100 (0.01) or 10 (0.001).</param>
/// <param name="VolumeLot">Shares that one volume integer means: 100 for indices, else 1.</param>
internal readonly record struct TdxUnits(int PriceTick, int VolumeLot)
{
    /// <summary>By market and the first two digits of the code.</summary>
    public static TdxUnits Of(Symbol symbol)
    {
        string head = symbol.Code.Length >= 2 ? symbol.Code[..2] : "";
        return symbol.Exchange switch
        {
            "SH" when head is "00" or "88" or "99" => new(100, 100),
            "SH" when head[..1] is "5" or "1" or "2" || head is "01" or "90" => new(10, 1),
            "SZ" when head is "39" => new(100, 100),
            "SZ" when head[..1] is "1" => new(10, 1),
            _ => new(100, 1),
        };
    }
}
