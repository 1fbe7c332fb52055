namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource to wait for before this one starts.</summary>
/// <param name="resource">The other resource.</param>
/// <param name="waitType">What to wait for.</param>
/// <param name="exitCode">Expected exit code when waiting for completion.</param>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource => resource;

    /// <summary>What to wait for.</summary>
    public WaitType WaitType => waitType;

    /// <summary>Expected exit code when waiting for completion.</summary>
    public int ExitCode => exitCode;
}
