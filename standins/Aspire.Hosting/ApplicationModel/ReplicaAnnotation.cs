namespace Aspire.Hosting.ApplicationModel;

/// <summary>Number of processes that a project runs as.</summary>
/// <param name="replicas">At least 1.</param>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>At least 1.</summary>
    public int Replicas => replicas;
}
