using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>Adds a trailer to every unary call.</summary>
public sealed class TrailerInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        context.ResponseTrailers.Add("x-server", "1");
        return continuation(request, context);
    }
}
