using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.ClientFactory.Internal;

/// <summary>Gives each call the earlier deadline and the cancellation of the server call it is made in.</summary>
internal sealed class ContextPropagationInterceptor(IHttpContextAccessor accessor, GrpcContextPropagationOptions options)
    : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        using CancellationTokenSource? linked = Inherit(context, out ClientInterceptorContext<TRequest, TResponse> child);
        return continuation(request, child);
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        CancellationTokenSource? linked = Inherit(context, out ClientInterceptorContext<TRequest, TResponse> child);
        AsyncUnaryCall<TResponse> call = continuation(request, child);
        return linked is null ? call : new AsyncUnaryCall<TResponse>(
            ReleaseAfterAsync(call.ResponseAsync, linked),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => Release(call, linked));
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        CancellationTokenSource? linked = Inherit(context, out ClientInterceptorContext<TRequest, TResponse> child);
        AsyncClientStreamingCall<TRequest, TResponse> call = continuation(child);
        return linked is null ? call : new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            ReleaseAfterAsync(call.ResponseAsync, linked),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => Release(call, linked));
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        CancellationTokenSource? linked = Inherit(context, out ClientInterceptorContext<TRequest, TResponse> child);
        AsyncServerStreamingCall<TResponse> call = continuation(request, child);
        return linked is null ? call : new AsyncServerStreamingCall<TResponse>(
            call.ResponseStream, call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => Release(call, linked));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        CancellationTokenSource? linked = Inherit(context, out ClientInterceptorContext<TRequest, TResponse> child);
        AsyncDuplexStreamingCall<TRequest, TResponse> call = continuation(child);
        return linked is null ? call : new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            call.ResponseStream,
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => Release(call, linked));
    }

    private static async Task<TResponse> ReleaseAfterAsync<TResponse>(
        Task<TResponse> response, CancellationTokenSource linked)
    {
        try
        {
            return await response.ConfigureAwait(false);
        }
        finally
        {
            linked.Dispose();
        }
    }

    private static void Release(IDisposable call, CancellationTokenSource linked)
    {
        call.Dispose();
        linked.Dispose();
    }

    /// <returns>The source that joins both tokens, for the caller to dispose of; null when one token is enough.</returns>
    private CancellationTokenSource? Inherit<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, out ClientInterceptorContext<TRequest, TResponse> child)
        where TRequest : class
        where TResponse : class
    {
        child = context;
        if (FindServerCall() is not { } parent)
        {
            return null;
        }

        CallOptions callOptions = context.Options;
        if (parent.Deadline != DateTime.MaxValue
            && (callOptions.Deadline is not { } deadline || parent.Deadline < deadline))
        {
            callOptions = callOptions.WithDeadline(parent.Deadline);
        }

        CancellationTokenSource? linked = null;
        if (parent.CancellationToken.CanBeCanceled)
        {
            linked = callOptions.CancellationToken.CanBeCanceled
                ? CancellationTokenSource.CreateLinkedTokenSource(callOptions.CancellationToken, parent.CancellationToken)
                : null;
            callOptions = callOptions.WithCancellationToken(linked?.Token ?? parent.CancellationToken);
        }

        child = new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, callOptions);
        return linked;
    }

    private ServerCallContext? FindServerCall()
    {
        HttpContext? http = accessor.HttpContext;
        ServerCallContext? call = http?.Features.Get<IServerCallContextFeature>()?.ServerCallContext;
        if (call is null && !options.SuppressContextNotFoundErrors)
        {
            throw new InvalidOperationException(
                "Unable to propagate server context values to the call. "
                + (http is null ? "Can't find the current HttpContext." : "Can't find the gRPC ServerCallContext."));
        }

        return call;
    }
}
