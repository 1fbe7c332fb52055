namespace Grpc.Net.ClientFactory;

/// <summary>How long an interceptor lives.</summary>
public enum InterceptorScope
{
    /// <summary>Made once and shared by all clients of the channel.</summary>
    Channel = 0,

    /// <summary>Made for each client.</summary>
    Client = 1,
}
