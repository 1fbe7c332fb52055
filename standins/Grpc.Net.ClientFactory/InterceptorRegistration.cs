using Grpc.Core.Interceptors;

namespace Grpc.Net.ClientFactory;

/// <summary>How one interceptor is made and how long it lives. Immutable.</summary>
/// <param name="scope">How long it lives.</param>
/// <param name="creator">Makes it.</param>
public class InterceptorRegistration(InterceptorScope scope, Func<IServiceProvider, Interceptor> creator)
{
    /// <summary>How long the interceptor lives.</summary>
    public InterceptorScope Scope { get; } = scope;

    /// <summary>Makes the interceptor.</summary>
    public Func<IServiceProvider, Interceptor> Creator { get; } = creator ?? throw new ArgumentNullException(nameof(creator));
}
