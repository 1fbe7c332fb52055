using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery.Internal;

/// <summary>A name of a service taken apart: schemes by preference, the name of an endpoint, the name of the service.</summary>
internal sealed record ServiceQuery(IReadOnlyList<string> Schemes, string? EndpointName, string ServiceName, int Port)
{
    internal static bool TryParse(string text, [NotNullWhen(true)] out ServiceQuery? query)
    {
        query = null;
        bool hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : "name://" + text, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            return false;
        }

        string host = uri.Host;
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        bool hasEndpointName = host[0] == '_' && dot > 1 && dot + 1 < host.Length;
        query = new ServiceQuery(
            hasScheme ? uri.Scheme.Split('+') : [],
            hasEndpointName ? host[1..dot] : null,
            hasEndpointName ? host[(dot + 1)..] : host,
            uri.IsDefaultPort ? 0 : Math.Max(uri.Port, 0));
        return true;
    }

    /// <summary>The address of a service that is not configured: itself, with the preferred scheme.</summary>
    internal Uri PassThrough(Uri address)
    {
        if (Schemes.Count <= 1 && EndpointName is null)
        {
            return address;
        }

        return new UriBuilder(address) { Scheme = Schemes[0], Host = ServiceName, Port = Port == 0 ? -1 : Port }.Uri;
    }

    internal Uri Rewrite(Uri address, EndPoint endPoint)
    {
        var builder = new UriBuilder(address) { Scheme = Schemes[0] };
        switch (endPoint)
        {
            case UriEndPoint target:
                builder.Scheme = target.Uri.Scheme;
                builder.Host = target.Uri.Host;
                builder.Port = target.Uri.IsDefaultPort ? -1 : target.Uri.Port;
                if (target.Uri.AbsolutePath.Length > 1)
                {
                    builder.Path = target.Uri.AbsolutePath.TrimEnd('/') + address.AbsolutePath;
                }

                break;
            case DnsEndPoint target:
                builder.Host = target.Host;
                builder.Port = target.Port == 0 ? -1 : target.Port;
                break;
            case IPEndPoint target:
                builder.Host = target.Address.ToString();
                builder.Port = target.Port == 0 ? -1 : target.Port;
                break;
            default:
                throw new NotSupportedException($"Endpoints of type {endPoint.GetType().Name} cannot be called over HTTP.");
        }

        return builder.Uri;
    }
}
