namespace EasyQuant.Persistence.Streams;

/// <summary>A chunk to park: why it cannot be consumed and what is needed to look at it and to send it again. Immutable.</summary>
public sealed record ParkedChunk
{
    /// <summary>Most bytes that are kept: the largest chunk that a topic carries (16 MiB) with what stands around it (1 KiB). Of more, the beginning is kept.</summary>
    public const int PayloadBytesMax = (16 * 1024 * 1024) + 1024;

    /// <summary>Id of the message; the replay uses it again.</summary>
    public required string MessageId { get; init; }

    /// <summary>Which chunk it is; null when neither body nor message id tell, so that it cannot be counted.</summary>
    public required StreamPosition? Position { get; init; }

    /// <summary>Reason for programs, for example <c>CHUNK_CORRUPT</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>What happened, for people; the first 2,000 characters are kept.</summary>
    public required string Detail { get; init; }

    /// <summary>Stack trace whose hash groups equal failures; empty for none. The text itself is not kept.</summary>
    public string StackTrace { get; init; } = "";

    /// <summary>Times that it was given out before.</summary>
    public int RedeliveryCount { get; init; }

    /// <summary>Name of the encoding and what else a replay must put beside the payload; kept as it is.</summary>
    public string Encoding { get; init; } = "";

    /// <summary>Rows of the payload; 0 when unknown.</summary>
    public int RowCount { get; init; }

    /// <summary>The payload of the chunk, or the raw bytes of what is no chunk.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Bytes that came: those of <see cref="Payload"/> by default, more when they were cut before.</summary>
    public int ByteCount
    {
        get => Math.Max(field, Payload.Length);
        init;
    }

    /// <summary>Whether <see cref="Payload"/> is a chunk's, and not the raw bytes of a message.</summary>
    public bool IsChunk { get; init; } = true;

    /// <summary>Bytes that are kept.</summary>
    internal ReadOnlyMemory<byte> Kept => Payload[..Math.Min(PayloadBytesMax, Payload.Length)];

    /// <summary>Whether what is kept is not all that came; it cannot be sent again then.</summary>
    internal bool IsCut => ByteCount > Kept.Length;
}
