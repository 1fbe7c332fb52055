namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which health checks count to a service. Immutable.</summary>
/// <param name="name">The full name of the service; empty for the server as a whole.</param>
/// <param name="predicate">True for the checks that count.</param>
public sealed class ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
{
    /// <summary>The full name of the service; empty for the server as a whole.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>True for the checks that count.</summary>
    public Func<HealthCheckMapContext, bool> HealthCheckPredicate { get; } =
        predicate ?? throw new ArgumentNullException(nameof(predicate));
}
