using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>The endpoints of a service at one moment. Immutable.</summary>
/// <param name="endpoints">The endpoints in order; empty when the service is not known.</param>
/// <param name="changeToken">Fires when the endpoints may have changed.</param>
public sealed class ServiceEndpointSource(IReadOnlyList<ServiceEndpoint> endpoints, IChangeToken changeToken)
{
    /// <summary>The endpoints in order; empty when the service is not known.</summary>
    public IReadOnlyList<ServiceEndpoint> Endpoints { get; } = endpoints;

    /// <summary>Fires when the endpoints may have changed.</summary>
    public IChangeToken ChangeToken { get; } = changeToken;
}
