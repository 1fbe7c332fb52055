using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A port that a resource listens on.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private readonly List<AllocatedEndpoint> _allocated = [];

    /// <summary>Creates an endpoint.</summary>
    /// <param name="protocol">TCP.</param>
    /// <param name="uriScheme">Scheme of its address: http, tcp.</param>
    /// <param name="name">Name, unique in the resource; null takes the scheme.</param>
    /// <param name="port">Fixed port; null lets the AppHost choose. A second replica always gets a chosen one.</param>
    public EndpointAnnotation(ProtocolType protocol, string uriScheme, string? name = null, int? port = null)
    {
        Protocol = protocol;
        UriScheme = uriScheme;
        Name = name ?? uriScheme;
        Port = port;
    }

    /// <summary>TCP.</summary>
    public ProtocolType Protocol { get; }

    /// <summary>Scheme of the address.</summary>
    public string UriScheme { get; }

    /// <summary>Name of the endpoint.</summary>
    public string Name { get; }

    /// <summary>Fixed port, or null.</summary>
    public int? Port { get; set; }

    /// <summary>Environment variable that tells the process its port; null puts the address into ASPNETCORE_URLS.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    /// <summary>True when people outside of the application use it.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Transport for publishing: http or http2.</summary>
    public string? Transport { get; set; }

    /// <summary>The address of the first replica; null before the application starts.</summary>
    public AllocatedEndpoint? AllocatedEndpoint => _allocated.Count > 0 ? _allocated[0] : null;

    /// <summary>The addresses of all replicas, in their order.</summary>
    internal IReadOnlyList<AllocatedEndpoint> AllAllocatedEndpoints => _allocated;

    internal void Allocate(IEnumerable<int> ports)
    {
        _allocated.Clear();
        _allocated.AddRange(ports.Select(port => new AllocatedEndpoint(this, "127.0.0.1", port)));
    }
}
