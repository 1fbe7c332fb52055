using EasyQuant.WorkflowService.Storage.Workflows;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.WorkflowService;

/// <summary>Degraded until a Runner has registered its node types: nothing can be validated before.</summary>
internal sealed class CatalogHealthCheck(NodeRegistry registry) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        (await registry.GetAsync(cancellationToken)).Definitions.Count > 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("No Runner has registered its node types yet.");
}
