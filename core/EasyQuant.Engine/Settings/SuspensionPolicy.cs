namespace EasyQuant.Engine;

/// <summary>What happens to an order whose instrument does not trade on the next trading day.</summary>
public enum SuspensionPolicy
{
    /// <summary>The order rests until the instrument trades again. The default.</summary>
    Rest = 0,

    /// <summary>The order is rejected, bound by <c>market.suspended</c>.</summary>
    Reject,
}
