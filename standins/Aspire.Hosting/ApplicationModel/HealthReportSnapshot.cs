using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a health check said last.</summary>
/// <param name="Name">Key of the check.</param>
/// <param name="Status">Null before it was asked.</param>
/// <param name="Description">What it said.</param>
/// <param name="ExceptionText">The exception; null when there was none.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When it was asked last, UTC.</summary>
    public DateTime? LastRunAt { get; init; }
}
