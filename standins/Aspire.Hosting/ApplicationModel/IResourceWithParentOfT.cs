namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource that lives in another one of a known kind.</summary>
/// <typeparam name="T">Kind of the parent.</typeparam>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    new T Parent { get; }

    /// <inheritdoc/>
    IResource IResourceWithParent.Parent => Parent;
}
