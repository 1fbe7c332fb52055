using System.Buffers.Binary;

namespace EasyQuant.BacktestSandbox.Frames;

/// <summary>Reads frames of a program that is not trusted: every size is bounded. Not thread-safe.</summary>
/// <param name="stream">Where from.</param>
/// <param name="byteCountMax">Most bytes of all frames together.</param>
/// <param name="frameCountMax">Most frames.</param>
public sealed class FrameReader(Stream stream, long byteCountMax, long frameCountMax)
{
    /// <summary>Bytes before the payload.</summary>
    internal const int HeaderLength = 5;

    private const int FrameBytesMax = 64 << 20;
    private long _byteCount;
    private long _frameCount;

    /// <summary>Reads the next frame; null at the end of the stream.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FrameException">No frame, cut short, or beyond a bound.</exception>
    public async Task<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderLength];
        int got = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken);
        if (got == 0)
        {
            return null;
        }

        int length = got == HeaderLength ? BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1)) : -1;
        if (!Enum.IsDefined((FrameKind)header[0]) || length is < 0 or > FrameBytesMax)
        {
            throw new FrameException($"The output of the strategy's process is not a frame: kind {header[0]}, length {length}.");
        }

        _byteCount += HeaderLength + length;
        _frameCount++;
        if (_byteCount > byteCountMax || _frameCount > frameCountMax)
        {
            throw new FrameException($"The strategy's process sent more than {byteCountMax} bytes or {frameCountMax} messages.");
        }

        byte[] payload = new byte[length];
        return await stream.ReadAtLeastAsync(payload, length, throwOnEndOfStream: false, cancellationToken) == length
            ? new Frame((FrameKind)header[0], payload)
            : throw new FrameException("The output of the strategy's process ends within a message.");
    }
}
