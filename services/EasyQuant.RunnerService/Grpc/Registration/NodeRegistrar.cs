using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Flow;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.RunnerService.Grpc.Registration;

/// <summary>
/// Offers our node types to Workflow at start, again and again until it has them. Unhealthy before. Their definitions are made only when Workflow does not
/// have them yet: their schemas are more than a tenth of what a start compiles.
/// </summary>
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
        string codeHash = NodeCode.Hash(catalog);
        TimeSpan delay = TimeSpan.FromMilliseconds(200);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IsStoredAsync(codeHash, stoppingToken))
                {
                    LogStored(catalog.Types.Count);
                }
                else
                {
                    await RegisterAsync(codeHash, stoppingToken);
                }

                _isRegistered = true;
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

    private async Task<bool> IsStoredAsync(string codeHash, CancellationToken cancellationToken)
    {
        try
        {
            var request = new HasNodeDefinitionsRequest { RunnerVersion = identity.Version, CodeHash = codeHash, NodeCount = catalog.Types.Count };
            return (await nodes.HasNodeDefinitionsAsync(request, Options(cancellationToken))).IsStored;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            // A Workflow of before.
            return false;
        }
    }

    private async Task RegisterAsync(string codeHash, CancellationToken cancellationToken)
    {
        var request = new RegisterNodeDefinitionsRequest { RunnerVersion = identity.Version, CodeHash = codeHash };
        request.Nodes.AddRange(catalog.Definitions.Select(NodeDefinitionCodec.ToWire));
        RegisterNodeDefinitionsResponse answer = await nodes.RegisterNodeDefinitionsAsync(request, Options(cancellationToken));
        LogRegistered(request.Nodes.Count, answer.NodeCount);
    }

    private static CallOptions Options(CancellationToken cancellationToken) => new(CallProject.Headers("default", "service:runner"), cancellationToken: cancellationToken);

    [LoggerMessage(2051, LogLevel.Information, "{OfferedCount} node types are registered; Workflow knows {KnownCount}.")]
    private partial void LogRegistered(int offeredCount, int knownCount);

    [LoggerMessage(2053, LogLevel.Information, "Workflow has our {Count} node types already.")]
    private partial void LogStored(int count);

    [LoggerMessage(2052, LogLevel.Warning, "The node types could not be registered ({Status}); it is tried again.")]
    private partial void LogFailed(Exception exception, StatusCode status);
}
