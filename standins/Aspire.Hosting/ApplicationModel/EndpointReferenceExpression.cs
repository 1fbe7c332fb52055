using System.Globalization;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the address of an endpoint, known when the application runs.</summary>
/// <param name="endpointReference">The endpoint.</param>
/// <param name="property">The part.</param>
public class EndpointReferenceExpression(EndpointReference endpointReference, EndpointProperty property) : IValueProvider
{
    /// <summary>The endpoint.</summary>
    public EndpointReference Endpoint => endpointReference;

    /// <summary>The part.</summary>
    public EndpointProperty Property => property;

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var address = new Uri(endpointReference.Url);
        return ValueTask.FromResult<string?>(property switch
        {
            EndpointProperty.Url => endpointReference.Url,
            EndpointProperty.Host => address.Host,
            EndpointProperty.IPV4Host => "127.0.0.1",
            EndpointProperty.Scheme => address.Scheme,
            EndpointProperty.HostAndPort => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{endpointReference.Port}"),
            _ => endpointReference.Port.ToString(CultureInfo.InvariantCulture),
        });
    }
}
