namespace EasyQuant.Data;

/// <summary>A file that is no CSV cannot be imported. The message names what was expected and what was found.</summary>
public sealed class ImportException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason"><c>IMPORT_FORMAT</c>, <c>IMPORT_LIMIT</c>, <c>IMPORT_SYMBOL</c>, <c>IMPORT_ZONE</c> or <c>IMPORT_ARCHIVE</c>.</param>
    /// <param name="message">What was expected and what was found.</param>
    public ImportException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>UPPER_SNAKE reason.</summary>
    public string Reason { get; }
}
