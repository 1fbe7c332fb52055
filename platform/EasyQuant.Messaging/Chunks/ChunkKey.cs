using System.Globalization;

namespace EasyQuant.Messaging.Chunks;

/// <summary>What names a chunk once and for all: the same input gives the same key, also after a restart. The epoch is not part of it.</summary>
/// <param name="Stream">Id of the stream: one start of one topic. 1 to 150 characters of <c>[A-Za-z0-9._-]</c>.</param>
/// <param name="Shard">Logical producer, counted from 0.</param>
/// <param name="Sequence">Position in the input of the shard, counted from 0.</param>
public readonly record struct ChunkKey(string Stream, int Shard, long Sequence)
{
    /// <summary>The id that the chunk's message carries, the same at every attempt: <c>stream/shard/sequence</c>.</summary>
    public string ToMessageId() => string.Create(CultureInfo.InvariantCulture, $"{Stream}/{Shard}/{Sequence}");

    /// <summary>Reads a message id, so that even a chunk that cannot be decoded can be counted.</summary>
    /// <param name="messageId">Id of a message.</param>
    /// <param name="key">The key when the id is one.</param>
    /// <returns>False when the id has another form.</returns>
    public static bool TryParse(string? messageId, out ChunkKey key)
    {
        key = default;
        string[] parts = messageId?.Split('/') ?? [];
        if (parts.Length != 3 || parts[0].Length == 0
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int shard)
            || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence))
        {
            return false;
        }

        key = new ChunkKey(parts[0], shard, sequence);
        return true;
    }
}
