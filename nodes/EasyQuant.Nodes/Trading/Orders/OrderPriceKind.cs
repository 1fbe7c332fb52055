namespace EasyQuant.Nodes.Trading;

/// <summary>At which price the orders of <see cref="OrderDecisionNode"/> are to fill.</summary>
public enum OrderPriceKind
{
    /// <summary>At the price of the market.</summary>
    Market = 0,

    /// <summary>At a limit: the reference price and an offset, on the instrument's tick.</summary>
    Limit = 1,
}
