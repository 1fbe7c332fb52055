using System.Globalization;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Flow;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves versioned workflow definitions.</summary>
internal sealed class WorkflowGrpc(
    WorkflowStore store, WorkflowWriter writer, DefinitionChecker checker, RunHistoryFactory clock) : Wire.WorkflowService.WorkflowServiceBase
{
    public override async Task<CreateWorkflowResponse> CreateWorkflow(CreateWorkflowRequest request, ServerCallContext context)
    {
        Guid? requestId = Requests.RequestId(request.RequestId);
        NewDefinition definition = await CheckAsync(request.Definition, context);
        VersionKey key = await writer.CreateAsync(definition, Guid.CreateVersion7(clock.Now()), requestId, context.CancellationToken);
        return new CreateWorkflowResponse { Workflow = await LoadAsync(key, context.CancellationToken) };
    }

    public override async Task<UpdateWorkflowResponse> UpdateWorkflow(UpdateWorkflowRequest request, ServerCallContext context)
    {
        if (request.Definition is not null && request.Definition.Name != request.Name)
        {
            throw RpcError.Invalid(
                "NAME_MISMATCH", "definition.name", $"The definition is named '{Requests.Cut(request.Definition.Name)}', the request '{Requests.Cut(request.Name)}'.");
        }

        NewDefinition definition = await CheckAsync(request.Definition, context);
        VersionKey key = await writer.UpdateAsync(definition, request.ExpectedVersion, context.CancellationToken);
        return new UpdateWorkflowResponse { Workflow = await LoadAsync(key, context.CancellationToken) };
    }

    public override async Task<GetWorkflowResponse> GetWorkflow(GetWorkflowRequest request, ServerCallContext context) => new()
    {
        Workflow = ToWire(await FindAsync(CallProject.Of(context), request.Name, request.Version, context.CancellationToken)),
    };

    public override async Task<ListWorkflowsResponse> ListWorkflows(ListWorkflowsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"workflows/{project}/{request.NamePrefix}";
        string after = Requests.Token(request.PageToken, scope, 1)?[0] ?? "";
        List<StoredDefinition> page = await store.ListAsync(project, request.NamePrefix, after, size + 1, context.CancellationToken);
        var answer = new ListWorkflowsResponse();
        answer.Workflows.AddRange(page.Take(size).Select(ToWire));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Core.Name) : "";
        return answer;
    }

    public override async Task<ListWorkflowVersionsResponse> ListWorkflowVersions(ListWorkflowVersionsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"workflow-versions/{project}/{request.Name}";
        IReadOnlyList<string>? token = Requests.Token(request.PageToken, scope, 1);
        int before = token is null ? int.MaxValue : int.Parse(token[0], CultureInfo.InvariantCulture);
        StoredDefinition latest = await FindAsync(project, request.Name, 0, context.CancellationToken);
        List<StoredDefinition> page = await store.ListVersionsAsync(latest.Key.WorkflowId, before, size + 1, context.CancellationToken);
        var answer = new ListWorkflowVersionsResponse();
        answer.Workflows.AddRange(page.Take(size).Select(ToWire));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Key.Version.ToString(CultureInfo.InvariantCulture)) : "";
        return answer;
    }

    public override async Task<DeleteWorkflowResponse> DeleteWorkflow(DeleteWorkflowRequest request, ServerCallContext context)
    {
        await writer.ArchiveAsync(CallProject.Of(context), request.Name, context.CancellationToken);
        return new DeleteWorkflowResponse();
    }

    public override async Task<ValidateWorkflowResponse> ValidateWorkflow(ValidateWorkflowRequest request, ServerCallContext context)
    {
        WorkflowParseResult parsed = DefinitionCodec.Read(request.Definition);
        IReadOnlyList<FlowError> findings = parsed.Definition is null
            ? parsed.Errors
            : await checker.CheckAsync(CallProject.Of(context), parsed.Definition, context.CancellationToken);
        var answer = new ValidateWorkflowResponse();
        answer.Findings.AddRange(findings.Select(finding => new Finding
        {
            Reason = finding.Reason,
            NodeId = finding.NodeId ?? "",
            Pointer = finding.Pointer,
            Message = finding.Message,
        }));
        return answer;
    }

    private async Task<NewDefinition> CheckAsync(Wire.WorkflowDefinition? definition, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        WorkflowParseResult parsed = DefinitionCodec.Read(definition);
        IReadOnlyList<FlowError> findings = parsed.Definition is null
            ? parsed.Errors
            : await checker.CheckAsync(project, parsed.Definition, context.CancellationToken);
        if (findings.Count > 0)
        {
            throw Requests.Invalid(findings, "/definition");
        }

        string json = DefinitionCodec.Write(parsed.Definition!);
        return new NewDefinition(project, parsed.Definition!.Name, json, DefinitionCodec.Hash(json), CallProject.ActorOf(context));
    }

    private async Task<StoredDefinition> FindAsync(string project, string name, int version, CancellationToken cancellationToken) =>
        await store.GetAsync(project, name, version, cancellationToken)
        ?? throw RpcError.NotFound(
            "WORKFLOW_NOT_FOUND",
            version == 0 ? $"There is no workflow '{Requests.Cut(name)}'." : $"There is no workflow '{Requests.Cut(name)}' version {version}.");

    private async Task<Workflow> LoadAsync(VersionKey key, CancellationToken cancellationToken) =>
        ToWire((await store.LoadAsync([key], cancellationToken))[key]);

    private static Workflow ToWire(StoredDefinition stored) => new()
    {
        WorkflowId = stored.Key.WorkflowId.ToString(),
        ProjectId = stored.ProjectId,
        Version = stored.Key.Version,
        Definition = stored.Wire,
        DefinitionHash = stored.Hash,
        CreateTime = stored.CreateTime.ToTimestamp(),
        Actor = stored.Actor,
    };
}
