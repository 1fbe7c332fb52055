namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource changed.</summary>
/// <param name="resource">The resource.</param>
/// <param name="resourceId">Id of the replica.</param>
/// <param name="snapshot">How it is now.</param>
public sealed class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource => resource;

    /// <summary>Id of the replica.</summary>
    public string ResourceId => resourceId;

    /// <summary>How it is now.</summary>
    public CustomResourceSnapshot Snapshot => snapshot;
}
