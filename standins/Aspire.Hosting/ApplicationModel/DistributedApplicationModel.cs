namespace Aspire.Hosting.ApplicationModel;

/// <summary>All resources of an application.</summary>
/// <param name="resources">The resources, in the order they were added.</param>
public sealed class DistributedApplicationModel(IReadOnlyList<IResource> resources)
{
    /// <summary>The resources, in the order they were added.</summary>
    public IReadOnlyList<IResource> Resources => resources;
}
