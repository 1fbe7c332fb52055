namespace Aspire.Hosting.ApplicationModel;

/// <summary>A relationship that the dashboard draws.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="type">Reference, WaitFor or Parent.</param>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource => resource;

    /// <summary>Reference, WaitFor or Parent.</summary>
    public string Type => type;
}
