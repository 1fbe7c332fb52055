using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>A Workflow service that knows the workflow "daily" only.</summary>
internal sealed class FakeWorkflows : Wire.WorkflowService.WorkflowServiceBase
{
    public override Task<GetWorkflowResponse> GetWorkflow(GetWorkflowRequest request, ServerCallContext context) => request.Name == "daily"
        ? Task.FromResult(new GetWorkflowResponse { Workflow = new Wire.Workflow { Version = 1 } })
        : throw RpcError.NotFound("WORKFLOW_NOT_FOUND", $"There is no workflow {request.Name}.");
}
