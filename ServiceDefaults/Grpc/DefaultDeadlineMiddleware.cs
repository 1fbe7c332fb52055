using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace EasyQuant.ServiceDefaults.Grpc;

/// <summary>
/// Gives unary gRPC calls that come without a deadline one of 60 s, by adding the header that the client left out: the
/// server library then cancels the handler and answers DeadlineExceeded. Streams are left alone.
/// </summary>
internal sealed class DefaultDeadlineMiddleware(RequestDelegate next)
{
    private const string TimeoutHeader = "grpc-timeout";
    private const string DefaultTimeout = "60S";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method.Type: MethodType.Unary }
            && !context.Request.Headers.ContainsKey(TimeoutHeader))
        {
            context.Request.Headers[TimeoutHeader] = DefaultTimeout;
        }

        return next(context);
    }
}
