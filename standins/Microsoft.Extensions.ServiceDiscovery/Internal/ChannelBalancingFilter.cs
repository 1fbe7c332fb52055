using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>
/// Turns the connection management of gRPC channels off for clients with service discovery: a channel would look up the name of the
/// service in DNS before the request reaches the handler that resolves it.
/// </summary>
internal sealed class ChannelBalancingFilter : IHttpMessageHandlerBuilderFilter
{
    private const string GrpcProperty = "__GrpcLoadBalancingDisabled";

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (builder.PrimaryHandler is SocketsHttpHandler sockets && builder.AdditionalHandlers.OfType<ResolvingHandler>().Any())
        {
            sockets.Properties[GrpcProperty] = true;
        }
    };
}
