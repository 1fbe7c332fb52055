namespace EasyQuant.Engine;

/// <summary>Which bar stands for an auction, for orders on open and on close and the fill rule <see cref="FillRule.NextAuction"/>.</summary>
public enum AuctionPolicy
{
    /// <summary>
    /// The first and the last bar of the trading day. The default, because most data has no rows of the auctions; where it has, that first or last bar is the auction's
    /// row. A fill on a bar that is no such row is flagged in the result: <c>auction.first_bar</c>, <c>auction.last_bar</c>.
    /// </summary>
    BarOfDay = 0,

    /// <summary>Rows of the auctions only, see docs/adr/0011; on a day without one the order rests.</summary>
    AuctionRows,
}
