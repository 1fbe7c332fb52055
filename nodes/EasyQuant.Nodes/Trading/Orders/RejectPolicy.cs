namespace EasyQuant.Nodes.Trading;

/// <summary>What <see cref="TradeApiNode"/> does when the broker rejects an order.</summary>
public enum RejectPolicy
{
    /// <summary>Sends nothing more and fails the step.</summary>
    Fail = 0,

    /// <summary>Sends the other orders; the rejection stands in the results.</summary>
    Continue = 1,
}
