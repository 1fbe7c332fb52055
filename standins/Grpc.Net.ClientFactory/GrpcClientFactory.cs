namespace Grpc.Net.ClientFactory;

/// <summary>Makes the clients that were registered with <c>AddGrpcClient</c>.</summary>
public abstract class GrpcClientFactory
{
    /// <summary>Makes a client. Clients of one name and type share a channel.</summary>
    /// <typeparam name="TClient">The generated client.</typeparam>
    /// <param name="name">The name of the registration.</param>
    /// <returns>The client.</returns>
    /// <exception cref="InvalidOperationException">The name is not registered, or the registration has no address.</exception>
    public abstract TClient CreateClient<TClient>(string name)
        where TClient : class;
}
