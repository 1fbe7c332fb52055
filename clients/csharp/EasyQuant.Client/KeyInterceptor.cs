using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EasyQuant.Client;

/// <summary>Adds the API key to every call, and a deadline to unary calls without one. Thread-safe.</summary>
internal sealed class KeyInterceptor(EasyQuantClientOptions options) : Interceptor
{
    private const string Header = "authorization";

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: true));

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: true));

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Prepare(context, isUnary: false));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Prepare(context, isUnary: false));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Prepare(context, isUnary: false));

    private ClientInterceptorContext<TRequest, TResponse> Prepare<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context, bool isUnary)
        where TRequest : class
        where TResponse : class
    {
        var headers = new Metadata();
        foreach (Metadata.Entry entry in (context.Options.Headers ?? []).Where(e => e.Key != Header))
        {
            headers.Add(entry);
        }

        headers.Add(Header, $"Bearer {options.Key}");
        CallOptions call = context.Options.WithHeaders(headers);
        if (isUnary && call.Deadline is null)
        {
            call = call.WithDeadline(options.Time.GetUtcNow().UtcDateTime + options.Timeout);
        }

        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, call);
    }
}
