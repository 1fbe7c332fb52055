using System.Buffers.Binary;

namespace EasyQuant.BacktestSandbox.Frames;

/// <summary>Writes frames: 1 byte kind, 4 bytes length (little endian), payload. Not thread-safe.</summary>
/// <param name="stream">Where to; closed with the writer.</param>
public sealed class FrameWriter(Stream stream) : IDisposable
{
    /// <summary>Writes one frame and flushes.</summary>
    /// <param name="kind">What it says.</param>
    /// <param name="payload">Its bytes.</param>
    public void Write(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameReader.HeaderLength];
        header[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[1..], payload.Length);
        stream.Write(header);
        stream.Write(payload);
        stream.Flush();
    }

    /// <summary>Writes a share of the work done.</summary>
    /// <param name="share">0 to 1.</param>
    public void WriteProgress(double share)
    {
        Span<byte> payload = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(payload, share);
        Write(FrameKind.Progress, payload);
    }

    /// <inheritdoc />
    public void Dispose() => stream.Dispose();
}
