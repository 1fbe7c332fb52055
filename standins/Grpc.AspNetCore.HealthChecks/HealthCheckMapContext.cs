namespace Grpc.AspNetCore.HealthChecks;

/// <summary>A registered health check, for code that decides to which service it counts. Immutable.</summary>
public sealed class HealthCheckMapContext
{
    internal HealthCheckMapContext(string name, IEnumerable<string> tags)
    {
        Name = name;
        Tags = tags;
    }

    /// <summary>The name of the check.</summary>
    public string Name { get; }

    /// <summary>The tags of the check.</summary>
    public IEnumerable<string> Tags { get; }
}
