using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.WorkflowService.Definitions;
using EasyQuant.WorkflowService.Storage.Items;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves runs: creates, lists, watches and steers them.</summary>
internal sealed class RunGrpc(
    RunFactory factory, RunWriter writer, RunControl control, RunReader reader, RunPages pages, RunWatch watch, StepTables tables,
    WorkflowStore workflows, QueueGauge gauge, IOptions<WorkflowServiceOptions> options) : RunService.RunServiceBase
{
    private const int CauseLengthMax = 500;

    public override async Task<CreateRunsResponse> CreateRuns(CreateRunsRequest request, ServerCallContext context)
    {
        Requests.Count(request.Runs.Count, 1_000, "runs");
        gauge.ThrowIfFull();
        IReadOnlyList<NewRun> runs = await factory.BuildAsync(
            CallProject.Of(context), CallProject.ActorOf(context), request.Runs, context.CancellationToken);
        IReadOnlyList<RunRow> stored = await writer.CreateAsync(runs, context.CancellationToken);
        var answer = new CreateRunsResponse();
        answer.Runs.AddRange(stored.Select(ToWire));
        return answer;
    }

    public override async Task<GetRunResponse> GetRun(GetRunRequest request, ServerCallContext context) =>
        new()
        {
            Run = ToWire(request.RunId.Length == 0 && Requests.RequestId(request.RequestId) is { } requestId
                ? await reader.GetByRequestAsync(CallProject.Of(context), requestId, context.CancellationToken)
                : await FindAsync(request.RunId, context)),
        };

    public override async Task<ChangeRunPriorityResponse> ChangeRunPriority(ChangeRunPriorityRequest request, ServerCallContext context) => new()
    {
        Run = ToWire(await control.ChangePriorityAsync(
            CallProject.Of(context), Requests.RunId(request.RunId), Requests.Priority(request.Priority, "priority"), context.CancellationToken)),
    };

    public override Task<ListRunsResponse> ListRuns(ListRunsRequest request, ServerCallContext context) =>
        pages.ListRunsAsync(CallProject.Of(context), request, context.CancellationToken);

    public override async Task<ListStepsResponse> ListSteps(ListStepsRequest request, ServerCallContext context)
    {
        RunRow run = await FindAsync(request.RunId, context);
        return await pages.ListStepsAsync(run, await DependenciesAsync(run, context.CancellationToken), request, context.CancellationToken);
    }

    public override async Task<ReadStepTableResponse> ReadStepTable(ReadStepTableRequest request, ServerCallContext context)
    {
        RunRow run = await FindAsync(request.RunId, context);
        if (!(await DependenciesAsync(run, context.CancellationToken)).Contains(request.NodeId))
        {
            throw StepNotFound(run, request.NodeId);
        }

        return await tables.ReadAsync(run, request, context.CancellationToken);
    }

    public override async Task WatchRun(WatchRunRequest request, IServerStreamWriter<WatchRunResponse> responseStream, ServerCallContext context)
    {
        RunRow run = await FindAsync(request.RunId, context);
        await watch.StreamAsync(run, request.AfterSequence, responseStream, context.CancellationToken);
    }

    public override async Task<ListRunEventsResponse> ListRunEvents(ListRunEventsRequest request, ServerCallContext context) =>
        await pages.ListEventsAsync(await FindAsync(request.RunId, context), request, context.CancellationToken);

    public override async Task<CancelRunResponse> CancelRun(CancelRunRequest request, ServerCallContext context)
    {
        CheckCause(request.Cause);
        return new CancelRunResponse
        {
            Run = ToWire(await control.CancelAsync(
                CallProject.Of(context), Requests.RunId(request.RunId), request.Cause, context.CancellationToken)),
        };
    }

    public override async Task<CancelStepResponse> CancelStep(CancelStepRequest request, ServerCallContext context)
    {
        CheckCause(request.Cause);
        RunRow run = await FindAsync(request.RunId, context);
        NodeDependencies dependencies = await DependenciesAsync(run, context.CancellationToken);
        bool isLeftOut = run.OnlyNodeId.Length > 0 && run.OnlyNodeId != request.NodeId;
        if (isLeftOut || !dependencies.Contains(request.NodeId))
        {
            throw StepNotFound(run, request.NodeId);
        }

        var wish = new StepCancel { NodeId = request.NodeId, Actor = CallProject.ActorOf(context), Cause = request.Cause };
        RunRow asked = await control.CancelStepAsync(run.ProjectId, run.RunId, wish, context.CancellationToken);
        return new CancelStepResponse { Step = await pages.StepAsync(asked, dependencies, request.NodeId, context.CancellationToken) };
    }

    public override async Task<PauseRunResponse> PauseRun(PauseRunRequest request, ServerCallContext context) => new()
    {
        Run = ToWire(await control.PauseAsync(CallProject.Of(context), Requests.RunId(request.RunId), context.CancellationToken)),
    };

    public override async Task<ResumeRunResponse> ResumeRun(ResumeRunRequest request, ServerCallContext context) => new()
    {
        Run = ToWire(await control.ResumeAsync(CallProject.Of(context), Requests.RunId(request.RunId), context.CancellationToken)),
    };

    public override async Task<RetryRunResponse> RetryRun(RetryRunRequest request, ServerCallContext context)
    {
        Guid? requestId = Requests.RequestId(request.RequestId);
        RunRow run = await FindAsync(request.RunId, context);
        NodeDependencies dependencies = await DependenciesAsync(run, context.CancellationToken);
        if (request.FromNodeId.Length > 0 && !dependencies.Contains(request.FromNodeId))
        {
            throw StepNotFound(run, request.FromNodeId);
        }

        RunRow retried = await control.RetryAsync(
            run.ProjectId,
            run.RunId,
            requestId,
            (_, states) => dependencies.WithDependents(
                request.FromNodeId.Length > 0
                    ? [request.FromNodeId]
                    : states.Where(step => step.Value is not (StepState.Succeeded or StepState.Skipped)).Select(step => step.Key)),
            request.FromNodeId.Length > 0 ? ItemReset.Everything : ItemReset.NotSucceeded,
            context.CancellationToken);
        return new RetryRunResponse { Run = ToWire(retried) };
    }

    private static void CheckCause(string cause)
    {
        if (cause.Length > CauseLengthMax)
        {
            throw RpcError.Invalid("LIMIT_EXCEEDED", "cause", $"`cause` has at most {CauseLengthMax} characters, had {cause.Length}.");
        }
    }

    private Task<RunRow> FindAsync(string runId, ServerCallContext context) =>
        reader.GetAsync(CallProject.Of(context), Requests.RunId(runId), context.CancellationToken);

    private async Task<NodeDependencies> DependenciesAsync(RunRow run, CancellationToken cancellationToken)
    {
        var key = new VersionKey(run.WorkflowId, run.WorkflowVersion);
        return new NodeDependencies((await workflows.LoadAsync([key], cancellationToken))[key].Core);
    }

    private static RpcError StepNotFound(RunRow run, string nodeId) =>
        RpcError.NotFound("STEP_NOT_FOUND", $"Run {run.RunId} has no step '{Requests.Cut(nodeId)}'.");

    private Run ToWire(RunRow run) => run.ToRun(options.Value.DashboardUrl, withValues: true);
}
