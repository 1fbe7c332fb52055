namespace EasyQuant.Domain;

/// <summary>Shares held of one instrument.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Quantity">Shares held; negative when sold short.</param>
/// <param name="SellableQuantity">Shares that may be sold today: 0 to <paramref name="Quantity"/>; less when shares were bought today under T+1.</param>
/// <param name="LastPrice">Last known close in units of the instrument's price scale.</param>
/// <param name="IsStale">True when the instrument did not trade on the day of the valuation.</param>
public sealed record Position(Symbol Symbol, Quantity Quantity, Quantity SellableQuantity, Price LastPrice, bool IsStale)
{
    /// <summary>Index of the account, from 0.</summary>
    public int Account { get; init; }
}
