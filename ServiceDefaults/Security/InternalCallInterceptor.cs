using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace EasyQuant.ServiceDefaults.Security;

/// <summary>
/// Prepares an outgoing call between services: adds the internal credential, forwards the project and the actor of the
/// incoming call (unless the caller set them), and gives unary calls a deadline: the incoming call's, at most
/// <see cref="GrpcClientDefaults.UnaryDeadline"/> from now. Streams get no deadline. Thread-safe.
/// </summary>
public sealed class InternalCallInterceptor(
    InternalCredential credential, IHttpContextAccessor accessor, TimeProvider time, IOptions<GrpcClientDefaults> defaults) : Interceptor
{
    /// <inheritdoc/>
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: true));

    /// <inheritdoc/>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: true));

    /// <inheritdoc/>
    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: false));

    /// <inheritdoc/>
    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Prepare(context, isUnary: false));

    /// <inheritdoc/>
    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Prepare(context, isUnary: false));

    private ClientInterceptorContext<TRequest, TResponse> Prepare<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, bool isUnary)
        where TRequest : class
        where TResponse : class
    {
        CallOptions options = context.Options;
        var headers = new Metadata();
        foreach (Metadata.Entry entry in options.Headers ?? [])
        {
            headers.Add(entry);
        }

        headers.Add(CallHeaders.InternalCredential, credential.Value);
        HttpContext? incoming = accessor.HttpContext;
        Forward(incoming, CallHeaders.Project, headers);
        Forward(incoming, CallHeaders.Actor, headers);
        options = options.WithHeaders(headers);
        if (isUnary && options.Deadline is null)
        {
            options = options.WithDeadline(time.GetUtcNow().UtcDateTime + defaults.Value.UnaryDeadline);
        }

        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options);
    }

    private static void Forward(HttpContext? incoming, string name, Metadata headers)
    {
        if (headers.GetValue(name) is null && incoming?.Request.Headers[name].ToString() is { Length: > 0 } value)
        {
            headers.Add(name, value);
        }
    }
}
