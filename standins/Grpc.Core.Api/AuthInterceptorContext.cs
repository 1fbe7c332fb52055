using Grpc.Core.Utils;

namespace Grpc.Core;

/// <summary>Tells an <see cref="AsyncAuthInterceptor"/> which call it authenticates.</summary>
public class AuthInterceptorContext
{
    /// <summary>Describes a call that cannot be cancelled.</summary>
    /// <param name="serviceUrl">The URL of the service.</param>
    /// <param name="methodName">The method, without the service.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    /// <summary>Describes a call.</summary>
    /// <param name="serviceUrl">The URL of the service.</param>
    /// <param name="methodName">The method, without the service.</param>
    /// <param name="cancellationToken">Fires when the call is cancelled.</param>
    public AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
    {
        ServiceUrl = GrpcPreconditions.CheckNotNull(serviceUrl)!;
        MethodName = GrpcPreconditions.CheckNotNull(methodName)!;
        CancellationToken = cancellationToken;
    }

    /// <summary>The URL of the service.</summary>
    public string ServiceUrl { get; }

    /// <summary>The method, without the service.</summary>
    public string MethodName { get; }

    /// <summary>Fires when the call is cancelled.</summary>
    public CancellationToken CancellationToken { get; }
}
