using System.Buffers;

namespace EasyQuant.Messaging.Chunks;

/// <summary>
/// Pooled memory of one payload on its way out, with room before it: a broker's message is written around the payload without copying it. Dispose it when the
/// broker has confirmed the chunk and nobody reads the payload any more; one that is not disposed is left to the garbage collector, which is right whenever a
/// client library may still hold the bytes. Not thread-safe.
/// </summary>
public sealed class ChunkBuffer : IBufferWriter<byte>, IDisposable
{
    /// <summary>Room before the payload: the fields of a message with names of the usual length.</summary>
    private const int Room = 512;

    private byte[] _bytes;
    private int _end = Room;

    /// <summary>Rents the memory.</summary>
    /// <param name="payloadBytes">Expected bytes of the payload, at least 0; it grows when it takes more.</param>
    public ChunkBuffer(int payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytes);
        _bytes = ArrayPool<byte>.Shared.Rent(Room + payloadBytes);
    }

    /// <summary>Bytes written.</summary>
    public int PayloadLength => _end - Room;

    /// <summary>What was written; valid until <see cref="Dispose"/>, and while nothing more is written.</summary>
    public ReadOnlyMemory<byte> Payload => _bytes.AsMemory(Room, PayloadLength);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _end);
        _end += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <summary>Gives the memory back. Repeatable.</summary>
    public void Dispose()
    {
        byte[] bytes = _bytes;
        (_bytes, _end) = (new byte[Room], Room);
        if (bytes.Length > Room)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Shows bytes right before the payload, to be filled by the caller, and the payload behind them.</summary>
    /// <param name="length">Bytes before the payload.</param>
    /// <param name="message">Both; empty when the room is too small.</param>
    /// <returns>False when the room is too small.</returns>
    internal bool TryPrepend(int length, out Memory<byte> message)
    {
        bool fits = length <= Room;
        message = fits ? _bytes.AsMemory(Room - length, length + PayloadLength) : default;
        return fits;
    }

    private void Ensure(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        int wanted = Math.Max(1, sizeHint);
        if (_bytes.Length - _end >= wanted)
        {
            return;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)_end + wanted)));
        _bytes.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
