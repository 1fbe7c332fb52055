namespace EasyQuant.Domain;

/// <summary>An order as it ended.</summary>
/// <param name="OrderId">Sequence number within the backtest, from 1, in order of submission.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Direction.</param>
/// <param name="Quantity">Shares asked for, at least 1; 0 in an order that was rejected for it.</param>
/// <param name="SubmitDate">The trading day of the last bar that was known when the order was given; before the first bar, the first day.</param>
/// <param name="State">Where the order stands.</param>
/// <param name="FilledQuantity">Shares filled, 0 to <paramref name="Quantity"/>.</param>
/// <param name="BoundBy">
/// What clipped or rejected the order: the id of the rule-book row (for example <c>price-limit.main.1996</c>), or <c>account.cash</c>,
/// <c>account.position</c>, <c>account.margin</c>, <c>market.suspended</c>, <c>market.no-price</c>, <c>market.volume</c>, <c>market.delisted</c>,
/// <c>order.time-in-force</c>, <c>order.cancelled</c>, <c>order.paired</c>, <c>order.quantity</c>, <c>action.split</c>, <c>data.end</c>; null when nothing bound.
/// </param>
public sealed record Order(
    int OrderId,
    Symbol Symbol,
    OrderSide Side,
    Quantity Quantity,
    DateOnly SubmitDate,
    OrderState State,
    Quantity FilledQuantity,
    string? BoundBy)
{
    /// <summary>Index of the account, from 0.</summary>
    public int Account { get; init; }

    /// <summary>What makes the order fill. Default market.</summary>
    public OrderType Type { get; init; }

    /// <summary>How long the order rests. Default good till cancelled.</summary>
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Worst price of a limit or stop-limit order in price units; 0 for other types.</summary>
    public Price LimitPrice { get; init; }

    /// <summary>Trigger of a stop or stop-limit order, last trigger of a trailing stop, in price units; 0 for other types.</summary>
    public Price StopPrice { get; init; }

    /// <summary>Number of the other order of a pair, of which the first to fill cancels the other; 0 without one.</summary>
    public int PairedOrderId { get; init; }

    /// <summary>True for an order that the broker gave to meet a margin call.</summary>
    public bool IsForced { get; init; }
}
