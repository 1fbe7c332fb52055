using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint with its real address. Immutable.</summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="address">Host name or IP address.</param>
/// <param name="port">The port.</param>
public sealed class AllocatedEndpoint(EndpointAnnotation endpoint, string address, int port)
{
    /// <summary>Host name or IP address.</summary>
    public string Address => address;

    /// <summary>The port.</summary>
    public int Port => port;

    /// <summary>Scheme, address and port, without a slash at the end.</summary>
    public string UriString => string.Create(CultureInfo.InvariantCulture, $"{endpoint.UriScheme}://{address}:{port}");
}
