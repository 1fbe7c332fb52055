using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>Takes the periodic reports of ASP.NET and sets the statuses that watching calls see.</summary>
internal sealed class HealthPublisher(
    HealthServiceImpl statuses,
    HealthEvaluator evaluator,
    IHostApplicationLifetime lifetime,
    IOptions<GrpcHealthChecksOptions> options) : IHealthCheckPublisher
{
    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (ServiceMapping mapping in options.Value.Services)
        {
            statuses.SetStatus(mapping.Name, lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResponse.Types.ServingStatus.NotServing
                : evaluator.Read(mapping, report));
        }

        return Task.CompletedTask;
    }
}
