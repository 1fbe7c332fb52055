namespace Grpc.Core;

/// <summary>The side of a transport that learns what <see cref="CallCredentials"/> are made of.</summary>
public abstract class CallCredentialsConfiguratorBase
{
    /// <summary>The credentials are a combination.</summary>
    /// <param name="state">What the caller handed in.</param>
    /// <param name="credentials">The parts, in order.</param>
    public abstract void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials);

    /// <summary>The credentials are code that adds headers.</summary>
    /// <param name="state">What the caller handed in.</param>
    /// <param name="interceptor">The code.</param>
    public abstract void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor);
}
