using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>An address with a scheme. Immutable.</summary>
/// <param name="uri">The address; absolute.</param>
public class UriEndPoint(Uri uri) : EndPoint
{
    /// <summary>The address.</summary>
    public Uri Uri { get; } = uri ?? throw new ArgumentNullException(nameof(uri));

    /// <summary>The address as text.</summary>
    /// <returns>The address.</returns>
    public override string ToString() => Uri.ToString();
}
