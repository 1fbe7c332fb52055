using System.IO.Compression;
using Grpc.Core;
using Grpc.Net.Compression;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>
/// The encoding <c>gzip</c> with a bound on what one message inflates to. gRPC checks its message limit against the bytes on the wire
/// only, so a small message of zeros could fill the memory. Set it as the only provider of servers and channels. Safe for use by many threads.
/// </summary>
public sealed class BoundedGzipCompressionProvider : ICompressionProvider
{
    private readonly int _maxMessageBytes;

    /// <summary>Sets the bound.</summary>
    /// <param name="maxMessageBytes">The most bytes that a message may inflate to, this number included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    public BoundedGzipCompressionProvider(int maxMessageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessageBytes, 1);
        _maxMessageBytes = maxMessageBytes;
    }

    /// <inheritdoc/>
    public string EncodingName => "gzip";

    /// <inheritdoc/>
    public Stream CreateCompressionStream(Stream stream, CompressionLevel? compressionLevel) =>
        new GZipStream(stream, compressionLevel ?? CompressionLevel.Fastest, leaveOpen: true);

    /// <summary>Makes a stream that gives what was compressed and fails past the bound.</summary>
    /// <param name="stream">Gives the compressed bytes; stays open.</param>
    /// <returns>The decompressing stream; reading past the bound throws <see cref="RpcException"/> with RESOURCE_EXHAUSTED.</returns>
    public Stream CreateDecompressionStream(Stream stream) =>
        new BoundedStream(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true), _maxMessageBytes);

    private sealed class BoundedStream(GZipStream inner, int maxBytes) : Stream
    {
        private long _total;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(int read)
        {
            _total += read;
            return _total <= maxBytes
                ? read
                : throw new RpcException(new Status(
                    StatusCode.ResourceExhausted,
                    $"Received message exceeds the maximum of {maxBytes} bytes after decompression."));
        }
    }
}
