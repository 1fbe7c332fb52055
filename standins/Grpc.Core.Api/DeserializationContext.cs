using System.Buffers;

namespace Grpc.Core;

/// <summary>Gives a deserializer the payload of one message. Not to be kept after it has returned.</summary>
public abstract class DeserializationContext
{
    /// <summary>Bytes of the payload.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>Copies the payload. May be called once.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="NotSupportedException">The transport does not offer it.</exception>
    public virtual byte[] PayloadAsNewBuffer() => throw new NotSupportedException("The transport does not offer the payload as a new buffer.");

    /// <summary>Gives the payload without a copy; valid until the deserializer returns.</summary>
    /// <returns>The payload.</returns>
    /// <exception cref="NotSupportedException">The transport does not offer it.</exception>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() => throw new NotSupportedException("The transport does not offer the payload as a sequence.");
}
