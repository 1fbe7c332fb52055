namespace Grpc.Core;

/// <summary>The requests of a call as the client writes them.</summary>
/// <typeparam name="T">The request message.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that no request follows.</summary>
    /// <returns>A task that is complete when the end is with the transport.</returns>
    Task CompleteAsync();
}
