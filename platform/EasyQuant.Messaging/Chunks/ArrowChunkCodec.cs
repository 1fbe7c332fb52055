using System.Buffers;
using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Arrow IPC stream: decimals as decimal128(19, scale), instants as timestamp[us, UTC]. Compressed streams and dictionaries are not read.</summary>
internal sealed class ArrowChunkCodec : IChunkCodec
{
    public ChunkEncoding Encoding => ChunkEncoding.Arrow;

    public void Encode(Table table, IBufferWriter<byte> output)
    {
        using var stream = new BufferStream(output);
        ArrowFile.WriteStream(table, stream, CancellationToken.None);
    }

    public Table Decode(ReadOnlyMemory<byte> payload, ChunkLimits limits)
    {
        try
        {
            return ArrowFile.Read(payload, new ArrowBounds(limits.RowsMax, limits.ColumnsMax));
        }
        catch (ImportException exception)
        {
            throw new ChunkException(ChunkException.Corrupt, $"The payload is no Arrow stream that is read here: {exception.Message}");
        }
    }

    private sealed class BufferStream(IBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => output.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
