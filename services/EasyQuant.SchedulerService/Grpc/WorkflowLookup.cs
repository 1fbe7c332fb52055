using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.SchedulerService.Grpc;

/// <summary>Asks the Workflow service whether a workflow exists. Thread-safe.</summary>
internal sealed class WorkflowLookup(WorkflowService.WorkflowServiceClient client)
{
    /// <summary>Returns when the version exists in the caller's project; version 0 is the latest.</summary>
    /// <exception cref="RpcError">NotFound WORKFLOW_NOT_FOUND; Unavailable WORKFLOW_UNAVAILABLE when the service does not answer.</exception>
    public async Task RequireAsync(string name, int version, CancellationToken cancellationToken)
    {
        try
        {
            await client.GetWorkflowAsync(new GetWorkflowRequest { Name = name, Version = version }, cancellationToken: cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            string which = version == 0 ? name : $"{name} version {version}";
            throw RpcError.NotFound("WORKFLOW_NOT_FOUND", $"There is no workflow {which} in this project.");
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcError(
                StatusCode.Unavailable, "WORKFLOW_UNAVAILABLE", $"The Workflow service could not be asked for {name}: {exception.Status.Detail}", retryAfter: TimeSpan.FromSeconds(2));
        }
    }
}
