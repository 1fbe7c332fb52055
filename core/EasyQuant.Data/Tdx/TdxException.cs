namespace EasyQuant.Data;

/// <summary>A TDX file cannot be read or a table cannot be written as one. The message names the record.</summary>
public sealed class TdxException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason"><c>TDX_TRUNCATED</c>, <c>TDX_BAD_RECORD</c>, <c>TDX_TOO_MANY_ROWS</c> or <c>TDX_NOT_REPRESENTABLE</c>.</param>
    /// <param name="message">What was expected and what was found.</param>
    public TdxException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; }
}
