namespace EasyQuant.Engine;

/// <summary>What a bias check does to a backtest.</summary>
public enum BiasCheck
{
    /// <summary>Ends the data earlier: orders before the cut must not change, or the strategy looks ahead.</summary>
    TruncatedHistory = 0,

    /// <summary>Starts the data later: orders long after the start should not change, or the warm-up is too short.</summary>
    WarmUp,

    /// <summary>Gives every order one trading day later: a result that vanishes lives on the first day after the signal.</summary>
    Delay,

    /// <summary>Doubles commission, taxes, fees and slippage.</summary>
    DoubledCosts,

    /// <summary>Enters at random times with the same trades: a result that chance reaches is no timing.</summary>
    ShuffledSignals,
}
