using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>An address of a service. Immutable.</summary>
public abstract class ServiceEndpoint
{
    /// <summary>The address: a <see cref="UriEndPoint"/>, a name or an IP address.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>Makes an endpoint.</summary>
    /// <param name="endPoint">The address.</param>
    /// <returns>The endpoint.</returns>
    public static ServiceEndpoint Create(EndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return new PlainServiceEndpoint(endPoint);
    }

    private sealed class PlainServiceEndpoint(EndPoint endPoint) : ServiceEndpoint
    {
        public override EndPoint EndPoint { get; } = endPoint;

        public override string ToString() => EndPoint.ToString() ?? string.Empty;
    }
}
