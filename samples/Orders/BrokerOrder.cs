namespace EasyQuant.Samples.Orders;

/// <summary>An order as the <see cref="BrokerServer"/> took it.</summary>
/// <param name="OrderId">Number of the broker, for example <c>B-000001</c>.</param>
/// <param name="ClientOrderId">Key of the sender.</param>
/// <param name="Symbol">Symbol.</param>
/// <param name="Side"><c>buy</c> or <c>sell</c>.</param>
/// <param name="Quantity">Shares.</param>
/// <param name="LimitPrice">Limit as text; null for a market order.</param>
public sealed record BrokerOrder(string OrderId, string ClientOrderId, string Symbol, string Side, long Quantity, string? LimitPrice);
