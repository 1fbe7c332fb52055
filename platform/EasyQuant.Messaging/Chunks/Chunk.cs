namespace EasyQuant.Messaging.Chunks;

/// <summary>A bounded piece of a table on a topic, as it travels: who made it, which one it is, and its rows in some encoding. Immutable.</summary>
public sealed record Chunk
{
    /// <summary>Id of the stream that it belongs to: one start of one topic.</summary>
    public required string Stream { get; init; }

    /// <summary>Logical producer, counted from 0.</summary>
    public required int Shard { get; init; }

    /// <summary>Epoch of the producer's lease; 0 when the producer has none.</summary>
    public required long Epoch { get; init; }

    /// <summary>Position in the shard's input, counted from 0; a restarted producer repeats it.</summary>
    public required long Sequence { get; init; }

    /// <summary>Rows in the payload.</summary>
    public required int RowCount { get; init; }

    /// <summary>How the payload is written.</summary>
    public required ChunkEncoding Encoding { get; init; }

    /// <summary>The rows. Not changed after the chunk was made.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Where the payload lies, with room before it, so that it is sent without a copy; null (default) when it lies elsewhere. One send of the chunk at a time.</summary>
    public ChunkBuffer? Buffer { get; init; }

    /// <summary>Key of the chunk.</summary>
    public ChunkKey Key => new(Stream, Shard, Sequence);
}
