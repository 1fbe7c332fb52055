namespace EasyQuant.Messaging.Chunks;

/// <summary>A chunk that cannot be written or read. Reading it again gives the same error, so it is parked, not retried.</summary>
/// <param name="reason">Reason for programs, one of the constants.</param>
/// <param name="message">What is wrong, where, and what was expected.</param>
public sealed class ChunkException(string reason, string message) : Exception(message)
{
    /// <summary>The bytes are truncated, damaged or contradict themselves.</summary>
    public const string Corrupt = "CHUNK_CORRUPT";

    /// <summary>More bytes, rows or columns than <see cref="ChunkLimits"/> allow.</summary>
    public const string TooLarge = "CHUNK_TOO_LARGE";

    /// <summary>The chunk names an encoding that this program does not know.</summary>
    public const string EncodingUnknown = "CHUNK_ENCODING_UNKNOWN";

    /// <summary>The message has another schema version than this program reads.</summary>
    public const string SchemaUnknown = "CHUNK_SCHEMA_UNKNOWN";

    /// <summary>A value that the encoding has no form for.</summary>
    public const string ValueUnwritable = "CHUNK_VALUE_UNWRITABLE";

    /// <summary>Reason for programs.</summary>
    public string Reason { get; } = reason;
}
