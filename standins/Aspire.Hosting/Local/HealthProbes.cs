using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Makes the probes of a replica from its annotations. Thread-safe.</summary>
internal sealed class HealthProbes(IServiceProvider services)
{
    public HealthProbe[] Of(IResource resource, int replica) =>
    [
        .. resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(check => HealthProbe.For(resource, check, replica)),
        .. resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => new HealthProbe(check.Key, token => AskAsync(check.Key, token))),
    ];

    private async Task<string?> AskAsync(string key, CancellationToken cancellationToken)
    {
        HealthReport report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == key, cancellationToken);
        return !report.Entries.TryGetValue(key, out HealthReportEntry entry) ? $"The AppHost has no health check '{key}'."
            : entry.Status != HealthStatus.Unhealthy ? null
            : entry.Description ?? entry.Exception?.Message ?? "Unhealthy";
    }
}
