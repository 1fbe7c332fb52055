namespace EasyQuant.Engine;

/// <summary>
/// A strategy gave an order a number that is none: NaN, infinite, too large or negative. Ends a backtest as <see cref="BacktestException"/> with the same
/// reason, with date and symbol.
/// </summary>
/// <param name="reason">VALUE_NOT_FINITE (NaN, infinite or too large) or VALUE_NEGATIVE.</param>
/// <param name="message">Names the number, the instrument, what was expected and what came.</param>
public sealed class OrderValueException(string reason, string message) : ArgumentException(message)
{
    /// <summary>VALUE_NOT_FINITE or VALUE_NEGATIVE.</summary>
    public string Reason { get; } = reason;
}
