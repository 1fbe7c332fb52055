namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address that the dashboard shows for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address, or a path that is added to the endpoint's address.</summary>
    public required string Url { get; set; }

    /// <summary>Text of the link; null shows the address.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that the address belongs to; null for none.</summary>
    public EndpointReference? Endpoint { get; init; }
}
