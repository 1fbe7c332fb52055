namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that lives in another one, as a database in its server.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    IResource Parent { get; }
}
