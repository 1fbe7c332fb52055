using System.Collections.ObjectModel;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>The services whose health is served, by name.</summary>
public sealed class ServiceMappingCollection : KeyedCollection<string, ServiceMapping>
{
    /// <summary>Serves the health of a service, instead of an earlier mapping of the same name.</summary>
    /// <param name="name">The full name of the service; empty for the server as a whole.</param>
    /// <param name="predicate">True for the health checks that count.</param>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        Remove(name);
        Add(new ServiceMapping(name, predicate));
    }

    /// <inheritdoc/>
    protected override string GetKeyForItem(ServiceMapping item) => item.Name;
}
