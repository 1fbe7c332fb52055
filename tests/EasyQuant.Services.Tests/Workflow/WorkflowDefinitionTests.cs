using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Workflow;

[Collection(WorkflowServers.Name)]
public sealed class WorkflowDefinitionTests(WorkflowFixture fixture)
{
    private readonly WorkflowHost _host = fixture.Host;

    [Fact]
    public async Task Create_SameRequestTwice_ReturnsTheFirstAnswer()
    {
        string requestId = Guid.NewGuid().ToString();
        var request = new CreateWorkflowRequest { RequestId = requestId, Definition = WorkflowFixture.Chain("create-twice") };
        CreateWorkflowResponse first = await _host.Workflows.CreateWorkflowAsync(request);
        CreateWorkflowResponse second = await _host.Workflows.CreateWorkflowAsync(request);
        Assert.Equal(first, second);
        Assert.Equal(1, first.Workflow.Version);
        request.Definition = WorkflowFixture.Chain("create-twice", "other");
        await ThrowsAsync("REQUEST_ID_REUSED", StatusCode.AlreadyExists, async () => await _host.Workflows.CreateWorkflowAsync(request));
        request.RequestId = "";
        await ThrowsAsync("WORKFLOW_EXISTS", StatusCode.AlreadyExists, async () => await _host.Workflows.CreateWorkflowAsync(request));
    }

    [Fact]
    public async Task Create_ManyFaults_NamesAllAtOnceAndStoresNothing()
    {
        WorkflowDefinition broken = WorkflowFixture.Chain("broken");
        broken.Nodes[0].Type = "Nothing";
        broken.Edges.Add(new Edge { From = "c.out", To = "a.in" });
        broken.Edges.Add(new Edge { From = "ghost.out", To = "b.in" });
        RpcError error = await ThrowsAsync("", StatusCode.InvalidArgument, async () =>
            await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = broken }));
        Assert.Contains(error.Violations, violation => violation.Description.StartsWith("UNKNOWN_NODE_TYPE", StringComparison.Ordinal));
        Assert.Contains(error.Violations, violation => violation.Description.StartsWith("UNKNOWN_NODE:", StringComparison.Ordinal));
        ValidateWorkflowResponse findings = await _host.Workflows.ValidateWorkflowAsync(new ValidateWorkflowRequest { Definition = broken });
        Assert.Equal(error.Violations.Count, findings.Findings.Count);
        await ThrowsAsync("WORKFLOW_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.Workflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "broken" }));
    }

    [Fact]
    public async Task Update_WithExpectedVersion_IsOptimistic()
    {
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Chain("versions") });
        UpdateWorkflowRequest Update(string note, int expected) => new()
        {
            Name = "versions", ExpectedVersion = expected, Definition = WorkflowFixture.Chain("versions", note),
        };
        Assert.Equal(1, (await _host.Workflows.UpdateWorkflowAsync(Update("", 1))).Workflow.Version);
        Assert.Equal(2, (await _host.Workflows.UpdateWorkflowAsync(Update("second", 1))).Workflow.Version);
        await ThrowsAsync("VERSION_CONFLICT", StatusCode.FailedPrecondition, async () => await _host.Workflows.UpdateWorkflowAsync(Update("third", 1)));
        GetWorkflowResponse first = await _host.Workflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "versions", Version = 1 });
        Assert.Equal("", first.Workflow.Definition.Nodes[0].Notes);
        ListWorkflowVersionsResponse page = await _host.Workflows.ListWorkflowVersionsAsync(
            new ListWorkflowVersionsRequest { Name = "versions", PageSize = 1 });
        Assert.Equal(2, Assert.Single(page.Workflows).Version);
        page = await _host.Workflows.ListWorkflowVersionsAsync(
            new ListWorkflowVersionsRequest { Name = "versions", PageSize = 1, PageToken = page.NextPageToken });
        Assert.Equal(1, Assert.Single(page.Workflows).Version);
        Assert.Equal("", page.NextPageToken);
    }

    [Fact]
    public async Task Delete_Archived_NoLongerRunsButOldVersionsStayReadable()
    {
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Chain("archived") });
        await _host.Workflows.DeleteWorkflowAsync(new DeleteWorkflowRequest { Name = "archived" });
        await _host.Workflows.DeleteWorkflowAsync(new DeleteWorkflowRequest { Name = "archived" });
        RunSpec spec = WorkflowFixture.Spec();
        spec.WorkflowName = "archived";
        await ThrowsAsync("WORKFLOW_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.Runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }));
        Assert.Equal(1, (await _host.Workflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "archived", Version = 1 })).Workflow.Version);
        CreateWorkflowResponse again = await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Chain("archived") });
        Assert.Equal(1, again.Workflow.Version);
    }

    [Fact]
    public async Task Recursion_ThroughTwoWorkflows_IsRefused()
    {
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Chain("inner") });
        await _host.Workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = WorkflowFixture.Caller("outer", "inner") });
        await ThrowsAsync("SUB_WORKFLOW_RECURSION", StatusCode.InvalidArgument, async () => await _host.Workflows.UpdateWorkflowAsync(
            new UpdateWorkflowRequest { Name = "inner", Definition = WorkflowFixture.Caller("inner", "outer") }));
        await ThrowsAsync("SUB_WORKFLOW_NOT_FOUND", StatusCode.InvalidArgument, async () => await _host.Workflows.CreateWorkflowAsync(
            new CreateWorkflowRequest { Definition = WorkflowFixture.Caller("lost", "nowhere") }));
    }

    [Fact]
    public async Task Workflow_OtherProject_SeesNothing()
    {
        await ThrowsAsync("WORKFLOW_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.OtherWorkflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "chain" }));
        Assert.Empty((await _host.OtherWorkflows.ListWorkflowsAsync(new ListWorkflowsRequest())).Workflows);
        await ThrowsAsync("WORKFLOW_NOT_FOUND", StatusCode.NotFound, async () =>
            await _host.OtherWorkflows.UpdateWorkflowAsync(new UpdateWorkflowRequest { Name = "chain", Definition = WorkflowFixture.Chain("chain", "x") }));
        await _host.OtherWorkflows.DeleteWorkflowAsync(new DeleteWorkflowRequest { Name = "chain" });
        Assert.Equal("chain", (await _host.Workflows.GetWorkflowAsync(new GetWorkflowRequest { Name = "chain" })).Workflow.Definition.Name);
    }

    internal static async Task<RpcError> ThrowsAsync(string reason, StatusCode status, Func<Task> call)
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(RpcError.TryRead(exception, out RpcError? error), exception.ToString());
        Assert.Equal(status, error!.Status);
        if (reason.Length > 0)
        {
            Assert.Equal(reason, error.Reason);
        }

        return error;
    }
}
