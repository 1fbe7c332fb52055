namespace EasyQuant.Engine;

/// <summary>A run could not go on: the strategy or the data is at fault, not the engine.</summary>
/// <param name="reason">UPPER_SNAKE: ORDER_LIMIT_EXCEEDED, STRATEGY_FAILED or AMOUNT_TOO_LARGE.</param>
/// <param name="message">What happened, with date and symbol where they are known.</param>
/// <param name="inner">The exception of the strategy; null when there is none.</param>
public sealed class BacktestException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; } = reason;
}
