using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Flow;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.RunnerService.Grpc.Registration;

/// <summary>Offers our node types to Workflow at start, again and again until it took them. Unhealthy before.</summary>
internal sealed partial class NodeRegistrar(
    NodeService.NodeServiceClient nodes, NodeCatalog catalog, RunnerIdentity identity, TimeProvider time, ILogger<NodeRegistrar> logger)
    : BackgroundService, IHealthCheck
{
    private volatile bool _isRegistered;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) => Task.FromResult(
        _isRegistered ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The node types are not registered with Workflow yet."));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var request = new RegisterNodeDefinitionsRequest { RunnerVersion = identity.Version };
        request.Nodes.AddRange(catalog.Definitions.Select(NodeDefinitionCodec.ToWire));
        TimeSpan delay = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                RegisterNodeDefinitionsResponse answer = await nodes.RegisterNodeDefinitionsAsync(
                    request, new CallOptions(CallProject.Headers("default", "service:runner"), cancellationToken: stoppingToken));
                _isRegistered = true;
                LogRegistered(request.Nodes.Count, answer.NodeCount);
                return;
            }
            catch (RpcException e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, e.StatusCode);
                await Task.Delay(delay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay < TimeSpan.FromSeconds(2) ? delay * 2 : delay;
            }
            catch (RpcException)
            {
                return;
            }
        }
    }

    [LoggerMessage(2051, LogLevel.Information, "{OfferedCount} node types are registered; Workflow knows {KnownCount}.")]
    private partial void LogRegistered(int offeredCount, int knownCount);

    [LoggerMessage(2052, LogLevel.Warning, "The node types could not be registered ({Status}); it is tried again.")]
    private partial void LogFailed(Exception exception, StatusCode status);
}
