namespace EasyQuant.Engine;

/// <summary>What makes one trial better than another.</summary>
public enum SweepObjective
{
    /// <summary>Final equity over initial cash, less 1.</summary>
    TotalReturn = 0,

    /// <summary>Sharpe ratio of daily returns, annualised with 252 days; a trial without movement has none and is the worst.</summary>
    Sharpe,

    /// <summary>Total return over the largest drawdown; without drawdown the total return itself.</summary>
    ReturnOverDrawdown,
}
