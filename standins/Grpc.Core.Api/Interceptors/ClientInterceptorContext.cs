namespace Grpc.Core.Interceptors;

/// <summary>A call as a client interceptor sees it before it starts. Immutable.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="method">The method.</param>
/// <param name="host">Overrides the authority of the channel; null keeps it.</param>
/// <param name="options">Headers, deadline, cancellation.</param>
public struct ClientInterceptorContext<TRequest, TResponse>(
    Method<TRequest, TResponse> method, string? host, CallOptions options)
    where TRequest : class
    where TResponse : class
{
    /// <summary>The method.</summary>
    public Method<TRequest, TResponse> Method { get; } = method;

    /// <summary>Overrides the authority of the channel; null keeps it.</summary>
    public string? Host { get; } = host;

    /// <summary>Headers, deadline, cancellation.</summary>
    public CallOptions Options { get; } = options;
}
