namespace EasyQuant.Engine;

/// <summary>A table cannot be read as daily bars or corporate actions.</summary>
/// <param name="reason">UPPER_SNAKE: COLUMN_MISSING, COLUMN_TYPE, SYMBOL_INVALID, VALUE_MISSING, DUPLICATE_BAR, NO_BARS, PRICE_OUT_OF_RANGE, VALUE_OUT_OF_RANGE or ACTION_INVALID.</param>
/// <param name="message">What was expected and what is there, with the row.</param>
public sealed class BarTableException(string reason, string message) : Exception(message)
{
    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; } = reason;
}
