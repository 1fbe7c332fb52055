namespace EasyQuant.BacktestSandbox.Plans;

/// <summary>What an exception in a strategy does.</summary>
public enum FaultPolicy
{
    /// <summary>The backtest fails; the error names date, symbol and line. The default.</summary>
    Stop = 0,

    /// <summary>
    /// The call ends, orders that it had given stay, and the strategy goes on with the next bar. Every exception is counted, the first
    /// 100 are kept with the result.
    /// </summary>
    Continue,
}
