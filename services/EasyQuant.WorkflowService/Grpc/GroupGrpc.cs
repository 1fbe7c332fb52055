using System.Globalization;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.Flow;
using EasyQuant.Persistence.Paging;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Groups;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = EasyQuant.Contracts.Group.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves process groups: definitions, and their starts.</summary>
internal sealed class GroupGrpc(
    GroupsStore store, NodeRegistry registry, StartStore starts, StartController controller, DeadLetterStore deadLetters, RunHistoryFactory clock)
    : GroupService.GroupServiceBase
{
    private const int StagesMax = 102;
    private const int DeadLettersMax = 500;
    private const int NameMax = 200;

    public override async Task<CreateProcessSchedulerResponse> CreateProcessScheduler(CreateProcessSchedulerRequest request, ServerCallContext context)
    {
        Guid? requestId = Requests.RequestId(request.RequestId);
        NewDefinition definition = await CheckAsync(request.Definition, context);
        return new CreateProcessSchedulerResponse
        {
            Scheduler = ToWire(await store.CreateAsync(definition, Guid.CreateVersion7(clock.Now()), requestId, context.CancellationToken)),
        };
    }

    public override async Task<UpdateProcessSchedulerResponse> UpdateProcessScheduler(UpdateProcessSchedulerRequest request, ServerCallContext context)
    {
        if (request.Definition is not null && request.Definition.Name != request.Name)
        {
            throw RpcError.Invalid(
                "NAME_MISMATCH", "definition.name", $"The definition is named '{Requests.Cut(request.Definition.Name)}', the request '{Requests.Cut(request.Name)}'.");
        }

        NewDefinition definition = await CheckAsync(request.Definition, context);
        return new UpdateProcessSchedulerResponse { Scheduler = ToWire(await store.UpdateAsync(definition, request.ExpectedVersion, context.CancellationToken)) };
    }

    public override async Task<GetProcessSchedulerResponse> GetProcessScheduler(GetProcessSchedulerRequest request, ServerCallContext context) => new()
    {
        Scheduler = ToWire(await store.GetAsync(CallProject.Of(context), request.Name, request.Version, context.CancellationToken)),
    };

    public override async Task<ListProcessSchedulersResponse> ListProcessSchedulers(ListProcessSchedulersRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"process-schedulers/{project}/{request.NamePrefix}";
        string after = Requests.Token(request.PageToken, scope, 1)?[0] ?? "";
        List<StoredGroups> page = await store.ListAsync(project, request.NamePrefix, after, size + 1, context.CancellationToken);
        var answer = new ListProcessSchedulersResponse();
        answer.Schedulers.AddRange(page.Take(size).Select(ToWire));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, answer.Schedulers[size - 1].Definition.Name) : "";
        return answer;
    }

    public override async Task<ListProcessSchedulerVersionsResponse> ListProcessSchedulerVersions(
        ListProcessSchedulerVersionsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 500);
        string scope = $"process-scheduler-versions/{project}/{request.Name}";
        IReadOnlyList<string>? token = Requests.Token(request.PageToken, scope, 1);
        int before = token is null ? int.MaxValue : int.Parse(token[0], CultureInfo.InvariantCulture);
        StoredGroups latest = await store.GetAsync(project, request.Name, 0, context.CancellationToken);
        List<StoredGroups> page = await store.ListVersionsAsync(latest.SchedulerId, before, size + 1, context.CancellationToken);
        var answer = new ListProcessSchedulerVersionsResponse();
        answer.Schedulers.AddRange(page.Take(size).Select(ToWire));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].Version.ToString(CultureInfo.InvariantCulture)) : "";
        return answer;
    }

    public override async Task<DeleteProcessSchedulerResponse> DeleteProcessScheduler(DeleteProcessSchedulerRequest request, ServerCallContext context)
    {
        await store.ArchiveAsync(CallProject.Of(context), request.Name, context.CancellationToken);
        return new DeleteProcessSchedulerResponse();
    }

    public override async Task<ValidateProcessSchedulerResponse> ValidateProcessScheduler(ValidateProcessSchedulerRequest request, ServerCallContext context)
    {
        GroupsParseResult parsed = GroupsCodec.Read(request.Definition);
        var answer = new ValidateProcessSchedulerResponse();
        answer.Findings.AddRange((await FindAsync(parsed, context)).Select(finding => new Finding
        {
            Reason = finding.Reason,
            NodeId = finding.NodeId ?? "",
            Pointer = finding.Pointer,
            Message = finding.Message,
        }));
        return answer;
    }

    public override async Task<GetQueueTopologyResponse> GetQueueTopology(GetQueueTopologyRequest request, ServerCallContext context) =>
        GroupsCodec.ToTopology(GroupsCodec.ToCore(
            (await store.GetAsync(CallProject.Of(context), request.Name, request.Version, context.CancellationToken)).Json));

    public override async Task<StartProcessSchedulerResponse> StartProcessScheduler(StartProcessSchedulerRequest request, ServerCallContext context)
    {
        Guid? requestId = Requests.RequestId(request.RequestId);
        Requests.Priority(request.Priority, "priority");
        RunPlacements.Read(request.Placement, "placement");
        string project = CallProject.Of(context);
        StoredGroups groups = await store.GetAsync(project, request.Name, request.Version, context.CancellationToken);
        Guid startId = await starts.CreateAsync(
            groups, GroupsCodec.ToCore(groups.Json), requestId, request.Priority, request.Placement, CallProject.ActorOf(context), context.CancellationToken);
        await controller.ReconcileAsync(startId, context.CancellationToken);
        return new StartProcessSchedulerResponse { Start = await starts.GetAsync(project, startId, context.CancellationToken) };
    }

    public override async Task<GetGroupStartResponse> GetGroupStart(GetGroupStartRequest request, ServerCallContext context) => new()
    {
        Start = await starts.GetAsync(CallProject.Of(context), StartId(request.StartId), context.CancellationToken),
    };

    public override async Task<ListGroupStartsResponse> ListGroupStarts(ListGroupStartsRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        int size = Requests.PageSize(request.PageSize, 50, 200);
        string scope = $"group-starts/{project}/{request.Name}/{(int)request.State}";
        IReadOnlyList<string>? token = Requests.Token(request.PageToken, scope, 2);
        DateTimeOffset before = token is null ? DateTimeOffset.MaxValue : new DateTimeOffset(long.Parse(token[0], CultureInfo.InvariantCulture), TimeSpan.Zero);
        Guid beforeId = token is null ? Guid.AllBitsSet : Guid.Parse(token[1]);
        List<GroupStart> page = await starts.ListAsync(project, request.Name, request.State, before, beforeId, size + 1, context.CancellationToken);
        var answer = new ListGroupStartsResponse();
        answer.Starts.AddRange(page.Take(size));
        if (page.Count > size)
        {
            GroupStart last = page[size - 1];
            answer.NextPageToken = PageToken.Write(scope, last.CreateTime.ToDateTimeOffset().Ticks.ToString(CultureInfo.InvariantCulture), last.StartId);
        }

        return answer;
    }

    public override async Task<ScaleGroupResponse> ScaleGroup(ScaleGroupRequest request, ServerCallContext context)
    {
        if (request.Replicas is < 0 or > GroupLimits.ReplicasMax)
        {
            throw RpcError.Invalid("VALUE_OUT_OF_RANGE", "replicas", $"`replicas` must be 0 to {GroupLimits.ReplicasMax}, was {request.Replicas}.");
        }

        string project = CallProject.Of(context);
        Guid startId = StartId(request.StartId);
        await starts.ScaleAsync(project, startId, request.GroupId, request.Replicas, context.CancellationToken);
        await controller.ReconcileAsync(startId, context.CancellationToken);
        return new ScaleGroupResponse { Start = await starts.GetAsync(project, startId, context.CancellationToken) };
    }

    public override async Task<StopGroupStartResponse> StopGroupStart(StopGroupStartRequest request, ServerCallContext context)
    {
        string project = CallProject.Of(context);
        Guid startId = StartId(request.StartId);
        await starts.StopAsync(project, startId, context.CancellationToken);
        await controller.ReconcileAsync(startId, context.CancellationToken);
        return new StopGroupStartResponse { Start = await starts.GetAsync(project, startId, context.CancellationToken) };
    }

    public override async Task<ReplayDeadLettersResponse> ReplayDeadLetters(ReplayDeadLettersRequest request, ServerCallContext context)
    {
        Guid requestId = Requests.RequestId(request.RequestId) ?? Guid.CreateVersion7(clock.Now());
        Guid runId = await controller.ReplayAsync(CallProject.Of(context), StartId(request.StartId), request.GroupId, requestId, context.CancellationToken);
        return new ReplayDeadLettersResponse { RunId = runId.ToString() };
    }

    public override async Task<ListDeadLettersResponse> ListDeadLetters(ListDeadLettersRequest request, ServerCallContext context)
    {
        int size = Requests.PageSize(request.PageSize, 50, 500);
        Guid startId = StartId(request.StartId);
        string project = CallProject.Of(context);
        string scope = $"dead-letters/{project}/{startId}/{request.GroupId}/{request.Reason}/{request.IncludeResolved}";
        IReadOnlyList<string>? token = Requests.Token(request.PageToken, scope, 1);
        long after = token is null ? 0 : long.Parse(token[0], CultureInfo.InvariantCulture);
        List<DeadLetter>? page = await deadLetters.ListAsync(
            project, startId, request.GroupId, request.Reason, request.IncludeResolved, after, size + 1, context.CancellationToken);
        if (page is null)
        {
            // Says which of both there is not.
            await starts.GetAsync(project, startId, context.CancellationToken);
            throw RpcError.NotFound("GROUP_NOT_FOUND", $"Start {startId} has no group '{Requests.Cut(request.GroupId)}'.");
        }

        var answer = new ListDeadLettersResponse();
        answer.DeadLetters.AddRange(page.Take(size));
        answer.NextPageToken = page.Count > size ? PageToken.Write(scope, page[size - 1].DeadLetterId.ToString(CultureInfo.InvariantCulture)) : "";
        return answer;
    }

    public override async Task<ReportGroupSumsResponse> ReportGroupSums(ReportGroupSumsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        if (request.Stages.Count > StagesMax || request.Stages.Any(stage => stage.NodeId.Length > NameMax || stage.NodeType.Length > NameMax))
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", "stages", $"`stages` has at most {StagesMax} entries with names of at most {NameMax} characters.");
        }

        CheckDeadLetters(request.DeadLetters);
        await starts.ReportAsync(StartId(request.StartId), Requests.RunId(request.RunId), request, context.CancellationToken);
        return new ReportGroupSumsResponse();
    }

    private async Task<IReadOnlyList<FlowError>> FindAsync(GroupsParseResult parsed, ServerCallContext context) => parsed.Definition is null
        ? parsed.Errors
        : GroupsValidator.Validate(parsed.Definition, await registry.GetAsync(context.CancellationToken));

    private async Task<NewDefinition> CheckAsync(Wire.GroupsDefinition? definition, ServerCallContext context)
    {
        GroupsParseResult parsed = GroupsCodec.Read(definition);
        IReadOnlyList<FlowError> findings = await FindAsync(parsed, context);
        if (findings.Count > 0)
        {
            throw Requests.Invalid(findings, "/definition");
        }

        string json = GroupsCodec.Write(parsed.Definition!);
        return new NewDefinition(CallProject.Of(context), parsed.Definition!.Name, json, DefinitionCodec.Hash(json), CallProject.ActorOf(context));
    }

    private static void CheckDeadLetters(IReadOnlyCollection<DeadLetter> letters)
    {
        if (letters.Count > DeadLettersMax || letters.Any(letter => letter.Detail.Length > 2_000 || letter.Reason.Length > NameMax || letter.LastTime is null)
            || letters.DistinctBy(letter => letter.DeadLetterId).Count() != letters.Count)
        {
            throw RpcError.Invalid(
                "LIMIT_EXCEEDED", "dead_letters", $"`dead_letters` has at most {DeadLettersMax} entries, each once, with its last_time, a reason of {NameMax} and a detail of 2,000 characters at most.");
        }
    }

    private static Guid StartId(string text) =>
        Guid.TryParseExact(text, "D", out Guid id)
            ? id
            : throw RpcError.NotFound("GROUP_START_NOT_FOUND", $"There is no start '{Requests.Cut(text)}': a start's id is a UUID.");

    private static ProcessScheduler ToWire(StoredGroups stored) => new()
    {
        SchedulerId = stored.SchedulerId.ToString(),
        ProjectId = stored.ProjectId,
        Version = stored.Version,
        Definition = GroupsCodec.ToWire(stored.Json),
        DefinitionHash = stored.Hash,
        CreateTime = stored.CreateTime.ToTimestamp(),
        Actor = stored.Actor,
    };
}
