namespace Aspire.Hosting.ApplicationModel;

/// <summary>Names a health check of the AppHost's services that tells how a resource is.</summary>
/// <param name="key">Name that the check was added with.</param>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>Name that the check was added with.</summary>
    public string Key => key;
}
