namespace EasyQuant.Engine;

/// <summary>What the broker does when an account falls below its maintenance margin.</summary>
public enum MarginCallPolicy
{
    /// <summary>Closes all positions of the account with market orders at the next bars. The default.</summary>
    Liquidate = 0,

    /// <summary>Only records the call.</summary>
    Report,
}
