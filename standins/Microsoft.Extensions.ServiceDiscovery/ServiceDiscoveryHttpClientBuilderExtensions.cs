using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets HTTP clients call services by name.</summary>
public static class ServiceDiscoveryHttpClientBuilderExtensions
{
    /// <summary>Resolves the host of each request, in turn among the endpoints of the service.</summary>
    /// <param name="httpClientBuilder">The client, or the defaults of all clients.</param>
    /// <returns>The same builder.</returns>
    public static IHttpClientBuilder AddServiceDiscovery(this IHttpClientBuilder httpClientBuilder)
    {
        ArgumentNullException.ThrowIfNull(httpClientBuilder);
        httpClientBuilder.Services.AddServiceDiscovery();
        return httpClientBuilder.AddHttpMessageHandler(services =>
            new ResolvingHandler(services.GetRequiredService<ServiceEndpointResolver>()));
    }
}
