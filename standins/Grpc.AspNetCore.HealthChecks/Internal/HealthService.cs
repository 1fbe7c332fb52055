using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Grpc.AspNetCore.HealthChecks.Internal;

/// <summary>The health service over ASP.NET health checks.</summary>
internal sealed class HealthService(
    HealthServiceImpl statuses,
    HealthEvaluator evaluator,
    IHostApplicationLifetime lifetime,
    IOptions<GrpcHealthChecksOptions> options) : Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (options.Value.UseHealthChecksCache)
        {
            return await statuses.Check(request, context).ConfigureAwait(false);
        }

        if (!options.Value.Services.TryGetValue(request.Service, out ServiceMapping? mapping))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"Service '{request.Service}' is not known."));
        }

        return new HealthCheckResponse
        {
            Status = await evaluator.RunAsync(mapping, context.CancellationToken).ConfigureAwait(false),
        };
    }

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        // A fresh result first: the published one may be half a minute old or missing.
        if (!options.Value.UseHealthChecksCache
            && options.Value.Services.TryGetValue(request.Service, out ServiceMapping? mapping))
        {
            statuses.SetStatus(
                mapping.Name, await evaluator.RunAsync(mapping, context.CancellationToken).ConfigureAwait(false));
        }

        if (options.Value.SuppressCompletionOnShutdown)
        {
            await statuses.Watch(request, responseStream, context).ConfigureAwait(false);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken, lifetime.ApplicationStopping);
        await statuses.Watch(request, responseStream, new EndingCallContext(context, ending.Token)).ConfigureAwait(false);
        if (!context.CancellationToken.IsCancellationRequested)
        {
            context.Status = Status.DefaultSuccess;
            await responseStream.WriteAsync(
                new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.NotServing }).ConfigureAwait(false);
        }
    }
}
