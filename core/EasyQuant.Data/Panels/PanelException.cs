namespace EasyQuant.Data;

/// <summary>A bar panel cannot be read, built or appended to. The message names the dataset, file or symbol.</summary>
public sealed class PanelException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason"><c>PANEL_NOT_FOUND</c>, <c>PANEL_DAMAGED</c>, <c>PANEL_VERSION</c>, <c>PANEL_CONFLICT</c>, <c>PANEL_INPUT</c> or <c>PANEL_TOO_LARGE</c>.</param>
    /// <param name="message">What was expected and what was found.</param>
    public PanelException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; }
}
