using System.Buffers;
using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Writes and reads the rows of a chunk in one encoding. Reading what was written gives an equal table: same columns, types, scales, values and missing rows. Thread-safe.</summary>
public interface IChunkCodec
{
    /// <summary>The encoding.</summary>
    ChunkEncoding Encoding { get; }

    /// <summary>Writes a table.</summary>
    /// <param name="table">Rows of one chunk.</param>
    /// <param name="output">Receives the bytes.</param>
    /// <exception cref="ChunkException"><see cref="ChunkException.ValueUnwritable"/>: a value has no form in this encoding; the message names column and row.</exception>
    void Encode(Table table, IBufferWriter<byte> output);

    /// <summary>Reads a payload. Memory is bounded by a small multiple of its length, whatever it claims to hold.</summary>
    /// <param name="payload">The bytes; the table may share them, so they must not change.</param>
    /// <param name="limits">Bounds of what is accepted.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ChunkException"><see cref="ChunkException.Corrupt"/> or <see cref="ChunkException.TooLarge"/>.</exception>
    Table Decode(ReadOnlyMemory<byte> payload, ChunkLimits limits);
}
