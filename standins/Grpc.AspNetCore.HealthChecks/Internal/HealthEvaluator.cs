using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>Turns results of ASP.NET health checks into the status of a service.</summary>
internal sealed class HealthEvaluator(
    HealthCheckService checks,
    IOptions<HealthCheckServiceOptions> registrations,
    IHostApplicationLifetime lifetime)
{
    private readonly Dictionary<string, HealthCheckMapContext> _contexts = registrations.Value.Registrations.ToDictionary(
        r => r.Name, r => new HealthCheckMapContext(r.Name, r.Tags), StringComparer.OrdinalIgnoreCase);

    /// <summary>Runs the checks that count to a service.</summary>
    internal async Task<HealthCheckResponse.Types.ServingStatus> RunAsync(
        ServiceMapping mapping, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return HealthCheckResponse.Types.ServingStatus.NotServing;
        }

        HealthReport report = await checks
            .CheckHealthAsync(r => mapping.HealthCheckPredicate(_contexts[r.Name]), cancellationToken)
            .ConfigureAwait(false);
        return ToStatus(report.Status);
    }

    /// <summary>Reads the status of a service from a report on all checks.</summary>
    internal HealthCheckResponse.Types.ServingStatus Read(ServiceMapping mapping, HealthReport report)
    {
        HealthStatus worst = HealthStatus.Healthy;
        foreach ((string name, HealthReportEntry entry) in report.Entries)
        {
            if (_contexts.TryGetValue(name, out HealthCheckMapContext? context)
                && mapping.HealthCheckPredicate(context)
                && entry.Status < worst)
            {
                worst = entry.Status;
            }
        }

        return ToStatus(worst);
    }

    private static HealthCheckResponse.Types.ServingStatus ToStatus(HealthStatus status) =>
        status == HealthStatus.Unhealthy
            ? HealthCheckResponse.Types.ServingStatus.NotServing
            : HealthCheckResponse.Types.ServingStatus.Serving;
}
