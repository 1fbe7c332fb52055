using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EasyQuant.ServiceDefaults.Security;

/// <summary>
/// Refuses calls without the internal credential as Unauthenticated INTERNAL_CREDENTIAL_REQUIRED. <c>grpc.health.v1.Health</c>
/// is open, reflection where it is served, and <c>AttachService</c> of a worker, which asks for a <see cref="CredentialProof"/> itself. Thread-safe.
/// </summary>
public sealed class InternalCredentialServerInterceptor(InternalCredential credential) : Interceptor
{
    private static readonly string[] s_open = ["/grpc.health.v1.Health/", "/grpc.reflection.", "/easyquant.worker.v1.AttachService/"];

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Check(ServerCallContext context)
    {
        if (!s_open.Any(prefix => context.Method.StartsWith(prefix, StringComparison.Ordinal))
            && !credential.Matches(context.RequestHeaders.GetValue(CallHeaders.InternalCredential)))
        {
            throw new RpcError(
                StatusCode.Unauthenticated, "INTERNAL_CREDENTIAL_REQUIRED", "This service answers other services of its installation only; call the Gateway.");
        }
    }
}
