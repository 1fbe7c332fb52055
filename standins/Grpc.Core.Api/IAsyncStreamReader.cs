namespace Grpc.Core;

/// <summary>A stream of messages to read. For one reader at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message <see cref="MoveNext"/> moved to.</summary>
    T Current { get; }

    /// <summary>Moves to the next message.</summary>
    /// <param name="cancellationToken">Cancels the wait, and with it the call.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="RpcException">The call ended with another status than OK.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
