namespace EasyQuant.Persistence.Streams;

/// <summary>A stream cannot be used as asked. Roll back; trying again gives the same.</summary>
/// <param name="reason">Reason for programs, one of the constants.</param>
/// <param name="message">What is wrong.</param>
public sealed class StreamException(string reason, string message) : Exception(message)
{
    /// <summary>There is no such stream, group or producer.</summary>
    public const string NotFound = "STREAM_NOT_FOUND";

    /// <summary>A field of the request is outside of what is allowed.</summary>
    public const string Invalid = "STREAM_INVALID";

    /// <summary>The stream is open under other producers or groups.</summary>
    public const string Conflict = "STREAM_CONFLICT";

    /// <summary>The stream is completed or aborted.</summary>
    public const string NotOpen = "STREAM_NOT_OPEN";

    /// <summary>A producer closed itself with another total before.</summary>
    public const string TotalChanged = "STREAM_TOTAL_CHANGED";

    /// <summary>A closed producer has more chunks than its total: the source does not repeat itself.</summary>
    public const string Surplus = "STREAM_SURPLUS";

    /// <summary>Reason for programs.</summary>
    public string Reason { get; } = reason;
}
