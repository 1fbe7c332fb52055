using EasyQuant.Domain;

namespace EasyQuant.Nodes.Trading;

/// <summary>An order of a plan. Price and limit in units of 0.0001; the limit is null for a market order.</summary>
internal sealed record PlannedOrder(Symbol Symbol, OrderSide Side, long Quantity, long Price, long? Limit, string Reason)
{
    /// <summary>Money units at the limit, or at the reference price.</summary>
    public Int128 Value => (Int128)(Limit ?? Price) * Quantity;
}
