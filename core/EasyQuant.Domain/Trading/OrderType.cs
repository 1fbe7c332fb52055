namespace EasyQuant.Domain;

/// <summary>What makes an order fill.</summary>
public enum OrderType
{
    /// <summary>Fills at the price of the run's fill rule, by default the open of the instrument's next bar.</summary>
    Market = 0,

    /// <summary>Fills at the limit price or better.</summary>
    Limit,

    /// <summary>Becomes a market order when the price reaches the stop price: at or above it for a buy, at or below it for a sale.</summary>
    Stop,

    /// <summary>Becomes a limit order when the price reaches the stop price.</summary>
    StopLimit,

    /// <summary>A stop whose price follows the best price since submission at a fixed distance and never goes back.</summary>
    TrailingStop,

    /// <summary>Fills at the open of the row of the opening auction, or of the first bar of a trading day when the data has none.</summary>
    MarketOnOpen,

    /// <summary>Fills at the close of the row of the closing auction, or of the last bar of a trading day when the data has none.</summary>
    MarketOnClose,
}
