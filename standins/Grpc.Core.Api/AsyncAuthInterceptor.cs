namespace Grpc.Core;

/// <summary>Adds authentication metadata to an outgoing call; runs before the request is sent.</summary>
/// <param name="context">Which service and method the call is for.</param>
/// <param name="metadata">The headers to add to.</param>
/// <returns>A task that is complete when the headers are.</returns>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
