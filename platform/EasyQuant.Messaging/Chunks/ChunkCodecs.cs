using System.Buffers;
using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>The codecs by encoding and by the name that definitions use. Thread-safe.</summary>
public static class ChunkCodecs
{
    private static readonly IChunkCodec[] s_codecs = [new ProtobufChunkCodec(), new JsonChunkCodec(), new MsgpackChunkCodec(), new ArrowChunkCodec()];

    /// <summary>Names of the serializers, in the order of their numbers: protobuf (the default), json, msgpack, arrow.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_codecs.Select(codec => NameOf(codec.Encoding))];

    /// <summary>The codec of an encoding.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <exception cref="ChunkException"><see cref="ChunkException.EncodingUnknown"/>.</exception>
    public static IChunkCodec Get(ChunkEncoding encoding) =>
        Array.Find(s_codecs, codec => codec.Encoding == encoding)
        ?? throw new ChunkException(ChunkException.EncodingUnknown, $"Chunk encoding {(int)encoding} is unknown; known are {string.Join(", ", Names)}.");

    /// <summary>The codec of a serializer name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="ChunkException"><see cref="ChunkException.EncodingUnknown"/>.</exception>
    public static IChunkCodec Get(string name) =>
        Array.Find(s_codecs, codec => string.Equals(NameOf(codec.Encoding), name, StringComparison.Ordinal))
        ?? throw new ChunkException(ChunkException.EncodingUnknown, $"`serializer` must be one of {string.Join(", ", Names)}, was '{name}'.");

    /// <summary>Name of an encoding in definitions.</summary>
    /// <param name="encoding">The encoding.</param>
    public static string NameOf(ChunkEncoding encoding) => encoding.ToString().ToLowerInvariant();

    /// <summary>Writes the rows of one chunk.</summary>
    /// <param name="encoding">How.</param>
    /// <param name="table">The rows.</param>
    /// <param name="limits">Bounds that the result must keep; see <see cref="ChunkSplitter"/> to get there.</param>
    /// <returns>The payload.</returns>
    /// <exception cref="ChunkException">A value has no form in the encoding, or the table is too large for one chunk.</exception>
    public static ReadOnlyMemory<byte> Encode(ChunkEncoding encoding, Table table, ChunkLimits limits)
    {
        CheckShape(table, limits);
        var output = new ArrayBufferWriter<byte>(ExpectedBytes(table, limits));
        Get(encoding).Encode(table, output);
        return output.WrittenCount <= limits.BytesMax ? output.WrittenMemory : throw TooLong(table, limits, output.WrittenCount);
    }

    /// <summary>Writes the rows of one chunk into pooled memory; the same bytes as <see cref="Encode"/>.</summary>
    /// <param name="encoding">How.</param>
    /// <param name="table">The rows.</param>
    /// <param name="limits">Bounds that the result must keep; see <see cref="ChunkSplitter"/> to get there.</param>
    /// <returns>The payload with room before it; the caller disposes it when the chunk is confirmed.</returns>
    /// <exception cref="ChunkException">A value has no form in the encoding, or the table is too large for one chunk.</exception>
    public static ChunkBuffer EncodePooled(ChunkEncoding encoding, Table table, ChunkLimits limits)
    {
        CheckShape(table, limits);
        var output = new ChunkBuffer(ExpectedBytes(table, limits));
        try
        {
            Get(encoding).Encode(table, output);
            return output.PayloadLength <= limits.BytesMax ? output : throw TooLong(table, limits, output.PayloadLength);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Reads the rows of a chunk and checks that they are as many as it says.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="limits">Bounds of what is accepted.</param>
    /// <returns>The rows.</returns>
    /// <exception cref="ChunkException">The chunk cannot be read: park it.</exception>
    public static Table Decode(Chunk chunk, ChunkLimits limits)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        ArgumentNullException.ThrowIfNull(limits);
        if (chunk.Payload.Length > limits.BytesMax || chunk.RowCount > limits.RowsMax)
        {
            throw new ChunkException(
                ChunkException.TooLarge,
                $"A chunk holds at most {limits.BytesMax} bytes and {limits.RowsMax} rows, got {chunk.Payload.Length} bytes and {chunk.RowCount} rows.");
        }

        Table table = Get(chunk.Encoding).Decode(chunk.Payload, limits);
        return table.RowCount == chunk.RowCount
            ? table
            : throw new ChunkException(ChunkException.Corrupt, $"The chunk says {chunk.RowCount} rows, its payload holds {table.RowCount}.");
    }

    private static void CheckShape(Table table, ChunkLimits limits)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(limits);
        if (table.RowCount > limits.RowsMax || table.Columns.Count > limits.ColumnsMax)
        {
            throw new ChunkException(
                ChunkException.TooLarge,
                $"A chunk holds at most {limits.RowsMax} rows and {limits.ColumnsMax} columns, got {table.RowCount} rows and {table.Columns.Count} columns.");
        }
    }

    private static int ExpectedBytes(Table table, ChunkLimits limits) => (int)Math.Min(limits.BytesMax, table.EstimatedBytes + 256 + (64L * table.Columns.Count));

    private static ChunkException TooLong(Table table, ChunkLimits limits, int length) =>
        new(ChunkException.TooLarge, $"A chunk holds at most {limits.BytesMax} bytes, these {table.RowCount} rows take {length}.");
}
