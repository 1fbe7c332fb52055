using System.Buffers;

namespace Grpc.Core;

/// <summary>Takes the payload of one message from a serializer. Not to be kept after it has returned.</summary>
public abstract class SerializationContext
{
    /// <summary>Sets the payload; the array must not change afterwards.</summary>
    /// <param name="payload">The payload.</param>
    /// <exception cref="NotSupportedException">The transport does not offer it.</exception>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException("The transport does not take the payload as an array.");

    /// <summary>Gives a writer for the payload; call <see cref="Complete()"/> at the end.</summary>
    /// <returns>The writer.</returns>
    /// <exception cref="NotSupportedException">The transport does not offer it.</exception>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException("The transport does not offer a buffer writer.");

    /// <summary>Announces the length of the payload, before the first write.</summary>
    /// <param name="payloadLength">Bytes.</param>
    public virtual void SetPayloadLength(int payloadLength)
    {
    }

    /// <summary>Ends a payload that was written with <see cref="GetBufferWriter"/>.</summary>
    /// <exception cref="NotSupportedException">The transport does not offer it.</exception>
    public virtual void Complete() => throw new NotSupportedException("The transport does not offer a buffer writer.");
}
