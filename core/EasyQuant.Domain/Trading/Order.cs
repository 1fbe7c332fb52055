namespace EasyQuant.Domain;

/// <summary>A market order as it ended.</summary>
/// <param name="OrderId">Sequence number within the backtest, from 1, in order of submission.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Side">Direction.</param>
/// <param name="Quantity">Shares asked for, at least 1.</param>
/// <param name="SubmitDate">The trading day at whose close the order was given.</param>
/// <param name="State">Where the order stands.</param>
/// <param name="FilledQuantity">Shares filled, 0 to <paramref name="Quantity"/>.</param>
/// <param name="BoundBy">
/// What clipped or rejected the order: the id of the rule-book row (for example <c>price-limit.main.1996</c>), or <c>account.cash</c>,
/// <c>account.position</c>, <c>market.suspended</c>, <c>market.no-price</c>, <c>data.end</c>; null when nothing bound.
/// </param>
public sealed record Order(
    int OrderId,
    Symbol Symbol,
    OrderSide Side,
    Quantity Quantity,
    DateOnly SubmitDate,
    OrderState State,
    Quantity FilledQuantity,
    string? BoundBy);
