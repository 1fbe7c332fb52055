using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource (one replica of it) as it was at one moment. Immutable.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>Project, PostgresServerResource, ...</summary>
    public required string ResourceType { get; init; }

    /// <summary>Details.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>State; null before the first.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>Exit code of a process that ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>When the resource was made, UTC.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When its process started, UTC.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When its process ended, UTC.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>Environment variables.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>Addresses.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>Health checks.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; init; } = [];

    /// <summary>Relationships.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>True when everything that follows health is done (a server's databases are made).</summary>
    internal bool IsReady { get; init; }

    /// <summary>Null unless Running; Healthy without checks; otherwise the worst of the checks, Unhealthy before all were asked.</summary>
    public HealthStatus? HealthStatus =>
        State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(report => report.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    internal CustomResourceSnapshot With(string property, object? value) =>
        this with { Properties = [.. Properties.Where(existing => existing.Name != property), new ResourcePropertySnapshot(property, value)] };
}
