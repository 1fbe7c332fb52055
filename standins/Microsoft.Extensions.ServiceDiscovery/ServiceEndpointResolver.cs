using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.Internal;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>
/// Finds the endpoints of services in the configuration; a name that is not configured stands for itself. Safe for use by many threads.
/// </summary>
public sealed class ServiceEndpointResolver : IAsyncDisposable
{
    private readonly ConfigurationEndpoints _configuration;

    // Configured names only, so the number of services in the configuration bounds it.
    private readonly ConcurrentDictionary<string, Rotation> _rotations = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes a resolver over a configuration.</summary>
    /// <param name="configuration">Holds the endpoints.</param>
    /// <param name="options">Which schemes may be resolved.</param>
    /// <param name="configurationOptions">Where the endpoints stand.</param>
    public ServiceEndpointResolver(
        IConfiguration configuration,
        IOptions<ServiceDiscoveryOptions> options,
        IOptions<ConfigurationServiceEndpointProviderOptions> configurationOptions)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configurationOptions);
        _configuration = new ConfigurationEndpoints(configuration, options.Value, configurationOptions.Value);
    }

    /// <summary>Lists the endpoints of a service.</summary>
    /// <param name="serviceName">Such as <c>http://catalog</c>, <c>https+http://catalog</c>, <c>http://_grpc.catalog</c> or <c>catalog</c>.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The endpoints; for a name that is not configured, the name itself.</returns>
    /// <exception cref="ArgumentException">The name is not a name of a service.</exception>
    public ValueTask<ServiceEndpointSource> GetEndpointsAsync(string serviceName, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(serviceName);
        cancellationToken.ThrowIfCancellationRequested();
        if (!ServiceQuery.TryParse(serviceName, out ServiceQuery? query))
        {
            throw new ArgumentException($"'{serviceName}' is not the name of a service.", nameof(serviceName));
        }

        ServiceEndpointSource found = _configuration.Find(query);
        return ValueTask.FromResult(found.Endpoints.Count > 0
            ? found
            : new ServiceEndpointSource(
                [ServiceEndpoint.Create(new DnsEndPoint(query.ServiceName, query.Port))], found.ChangeToken));
    }

    /// <summary>Releases nothing; a resolver may be used afterwards.</summary>
    /// <returns>A finished task.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Chooses the address for the next request, in turn among the endpoints of the service.</summary>
    internal Uri Resolve(Uri address)
    {
        string key = address.GetLeftPart(UriPartial.Authority);
        if (!_rotations.TryGetValue(key, out Rotation? rotation) || rotation.Source.ChangeToken.HasChanged)
        {
            if (!ServiceQuery.TryParse(key, out ServiceQuery? query))
            {
                return address;
            }

            ServiceEndpointSource source = _configuration.Find(query);
            if (source.Endpoints.Count == 0)
            {
                _rotations.TryRemove(key, out _);
                return query.PassThrough(address);
            }

            rotation = new Rotation(source, query);
            _rotations[key] = rotation;
        }

        return rotation.Query.Rewrite(address, rotation.Next().EndPoint);
    }

    private sealed class Rotation(ServiceEndpointSource source, ServiceQuery query)
    {
        private uint _next = uint.MaxValue;

        internal ServiceEndpointSource Source { get; } = source;

        internal ServiceQuery Query { get; } = query;

        internal ServiceEndpoint Next() =>
            Source.Endpoints[(int)(Interlocked.Increment(ref _next) % (uint)Source.Endpoints.Count)];
    }
}
