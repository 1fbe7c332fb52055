using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.Gateway.Rest;

/// <summary>
/// Not healthy until Workflow answers and knows node types, which the first Runner brings: before that no workflow can be stored. Once passed it stays
/// passed, because a Gateway without Workflow still answers for the other services. Thread-safe.
/// </summary>
/// <param name="backend">Calls Workflow.</param>
/// <param name="credential">Lets the Gateway call for itself.</param>
/// <param name="time">The clock of the deadline.</param>
internal sealed class CatalogueHealthCheck(GrpcBackend backend, InternalCredential credential, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(3);
    private static readonly MethodDescriptor s_method = NodeServiceReflection.Descriptor.Services[0].FindMethodByName("ListNodeDefinitions");
    private volatile bool _hasPassed;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        if (_hasPassed)
        {
            return HealthCheckResult.Healthy();
        }

        Metadata headers = CallProject.Headers("default", "service:gateway");
        headers.Add(CallHeaders.InternalCredential, credential.Value);
        var options = new CallOptions(headers, time.GetUtcNow().UtcDateTime + s_timeout, cancellationToken);
        try
        {
            var answer = (ListNodeDefinitionsResponse)await backend.CallAsync(s_method, new ListNodeDefinitionsRequest(), options);
            _hasPassed = answer.Nodes.Count > 0;
            return _hasPassed ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No Runner has registered its node types yet.");
        }
        catch (RpcException exception)
        {
            return HealthCheckResult.Unhealthy("Workflow does not answer yet.", exception);
        }
    }
}
