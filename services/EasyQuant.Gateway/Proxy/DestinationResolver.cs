using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.ServiceDiscovery;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace EasyQuant.Gateway.Proxy;

/// <summary>Replaces the name of a service by the addresses of its replicas, and again whenever service discovery says that they changed. Thread-safe.</summary>
/// <param name="discovery">Finds the replicas.</param>
internal sealed class DestinationResolver(ServiceEndpointResolver discovery) : IDestinationResolver
{
    /// <inheritdoc/>
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal);
        var changes = new List<IChangeToken>();
        foreach ((string name, DestinationConfig destination) in destinations)
        {
            ServiceEndpointSource source = await discovery.GetEndpointsAsync(destination.Address, cancellationToken);
            changes.Add(source.ChangeToken);
            foreach (ServiceEndpoint endpoint in source.Endpoints)
            {
                string address = endpoint.ToString()!;
                address = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
                resolved[$"{name}[{address}]"] = destination with { Address = address };
            }
        }

        return new ResolvedDestinationCollection(resolved, new CompositeChangeToken(changes));
    }
}
