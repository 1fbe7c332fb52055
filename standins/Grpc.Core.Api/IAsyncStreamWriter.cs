namespace Grpc.Core;

/// <summary>A stream of messages to write. For one writer at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>How the next messages are written; null for the default.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes one message; wait for it before the next one.</summary>
    /// <param name="message">The message.</param>
    /// <returns>A task that is complete when the message is with the transport.</returns>
    Task WriteAsync(T message);

    /// <summary>Writes one message; wait for it before the next one.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the write, and with it the call.</param>
    /// <returns>A task that is complete when the message is with the transport.</returns>
    /// <exception cref="NotSupportedException">The token can fire and the stream cannot cancel a write.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            throw new NotSupportedException("Cancellation of stream writes is not supported by this gRPC implementation.");
        }

        return WriteAsync(message);
    }
}
