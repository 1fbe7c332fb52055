using EasyQuant.Contracts.Workflow.V1;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>The workflow service of <see cref="FakePlatform"/>.</summary>
internal sealed class FakeWorkflows(FakePlatform platform) : Wire.WorkflowService.WorkflowServiceBase
{
    public override Task<CreateWorkflowResponse> CreateWorkflow(CreateWorkflowRequest request, ServerCallContext context) =>
        Task.FromResult(new CreateWorkflowResponse { Workflow = platform.Store(request.Definition, mayExist: false) });

    public override Task<UpdateWorkflowResponse> UpdateWorkflow(UpdateWorkflowRequest request, ServerCallContext context) =>
        Task.FromResult(new UpdateWorkflowResponse { Workflow = platform.Store(request.Definition, mayExist: true) });
}
