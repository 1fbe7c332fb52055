using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Contracts.Workflow.V1;
using EasyQuant.MonitorService.Pool;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using WorkflowClient = EasyQuant.Contracts.Workflow.V1.WorkflowService.WorkflowServiceClient;

namespace EasyQuant.MonitorService.Grpc.Tasks;

/// <summary>Serves tasks: each is a run in Workflow, found again by its id. Nothing about tasks is kept here. Thread-safe.</summary>
internal sealed partial class TaskGrpc(RunService.RunServiceClient runs, WorkflowClient workflows, PoolWatch pool) : TaskService.TaskServiceBase
{
    private const string WorkflowPrefix = "workflow:";
    private const string TypeLabel = "task_type";
    private const string IdLabel = "task_id";
    private const int KnownMax = 10_000;

    // Parent of the request ids of all tasks; a request id is unique within its project.
    private static readonly Guid s_tasks = new("6f1f1c0e-5d5b-4a6e-9f35-0d4b8a1c7e21");

    private readonly ConcurrentDictionary<(string Project, string Name), bool> _known = new();

    /// <inheritdoc />
    public override async Task<ExecuteTaskResponse> ExecuteTask(ExecuteTaskRequest request, ServerCallContext context)
    {
        string requestId = RequestId(request.TaskId);
        if (request.Priority is < 0 or > 9)
        {
            throw RpcError.Invalid("PRIORITY_OUT_OF_RANGE", "priority", $"`priority` must be 0 to 9, was {request.Priority}.");
        }

        string project = CallProject.Of(context);
        List<WorkerRecord> workers = await pool.ReadPoolAsync(project, context.CancellationToken);
        var spec = new RunSpec
        {
            RequestId = requestId,
            Priority = request.Priority,
            Timeout = request.Timeout,
            Seed = request.Seed,
            Labels = { [TypeLabel] = request.Type, [IdLabel] = request.TaskId },
        };
        string[] nodeTypes = [];
        if (request.Type.StartsWith(WorkflowPrefix, StringComparison.Ordinal))
        {
            spec.WorkflowName = request.Type[WorkflowPrefix.Length..];
            spec.Inputs = request.Data;
        }
        else
        {
            nodeTypes = [NodeType(request.Type)];
            TaskWorkflow workflow = TaskWorkflow.Create(request.Type, request.Data, request.Inputs);
            await StoreAsync(project, workflow.Definition, context.CancellationToken);
            spec.WorkflowName = workflow.Definition.Name;
            spec.Inputs = workflow.Inputs;
        }

        spec.Placement = TaskPlacement.Choose(request.Placement, nodeTypes, workers);
        Run run = (await runs.CreateRunsAsync(new CreateRunsRequest { Runs = { spec } }, cancellationToken: context.CancellationToken)).Runs[0];
        return new ExecuteTaskResponse { Task = await WriteAsync(run, workers, context.CancellationToken) };
    }

    /// <inheritdoc />
    public override async Task<GetTaskStatusResponse> GetTaskStatus(GetTaskStatusRequest request, ServerCallContext context) => new()
    {
        Task = await WriteAsync(await FindAsync(request.TaskId, context), null, context),
    };

    /// <inheritdoc />
    public override async Task<CancelTaskResponse> CancelTask(CancelTaskRequest request, ServerCallContext context)
    {
        Run run = await FindAsync(request.TaskId, context);
        CancelRunResponse cancelled = await runs.CancelRunAsync(
            new CancelRunRequest { RunId = run.RunId, Cause = request.Cause }, cancellationToken: context.CancellationToken);
        return new CancelTaskResponse { Task = await WriteAsync(cancelled.Run, null, context) };
    }

    /// <inheritdoc />
    public override async Task<GetTaskStatisticsResponse> GetTaskStatistics(GetTaskStatisticsRequest request, ServerCallContext context)
    {
        var response = new GetTaskStatisticsResponse();
        response.Workers.AddRange((await pool.ReadPoolAsync(CallProject.Of(context), context.CancellationToken)).Select(worker => new TaskWorkerStatistics
        {
            Name = worker.Registration.Name,
            State = WorkerWriter.Write(worker.Status),
            Region = worker.Registration.Region,
            Capacity = worker.Registration.Capacity,
            Load = worker.Load is { } load ? WorkerWriter.Write(load) : null,
            Available = TaskPlacement.IsAvailable(worker),
        }));
        response.AvailableCount = response.Workers.Count(worker => worker.Available);
        return response;
    }

    private async Task StoreAsync(string project, WorkflowDefinition definition, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey((project, definition.Name)))
        {
            return;
        }

        try
        {
            await workflows.CreateWorkflowAsync(new CreateWorkflowRequest { Definition = definition }, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // An earlier task of this kind has stored it; the name holds the content.
        }

        if (_known.Count < KnownMax)
        {
            _known[(project, definition.Name)] = true;
        }
    }

    private async Task<Run> FindAsync(string taskId, ServerCallContext context)
    {
        try
        {
            return (await runs.GetRunAsync(new GetRunRequest { RequestId = RequestId(taskId) }, cancellationToken: context.CancellationToken)).Run;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            throw RpcError.NotFound("TASK_NOT_FOUND", $"There is no task '{taskId}'.");
        }
    }

    private async Task<WorkerTask> WriteAsync(Run run, List<WorkerRecord>? workers, ServerCallContext context) =>
        await WriteAsync(run, workers ?? await pool.ReadPoolAsync(CallProject.Of(context), context.CancellationToken), context.CancellationToken);

    private async Task<WorkerTask> WriteAsync(Run run, List<WorkerRecord> workers, CancellationToken cancellationToken)
    {
        var task = new WorkerTask
        {
            TaskId = run.Labels.GetValueOrDefault(IdLabel, ""),
            Type = run.Labels.GetValueOrDefault(TypeLabel, ""),
            State = run.State,
            RunId = run.RunId,
            WorkerName = workers.FirstOrDefault(worker => run.WorkerId.Length > 0 && worker.Registration.WorkerId == run.WorkerId)?.Registration.Name ?? "",
            CrashCount = run.CrashCount,
            Priority = run.Priority,
            CreateTime = run.CreateTime,
            StartTime = run.StartTime,
            EndTime = run.EndTime,
            Error = run.Error,
        };
        if (run.State == RunState.Succeeded)
        {
            task.Outputs = task.Type.StartsWith(WorkflowPrefix, StringComparison.Ordinal) ? run.Outputs : await OutputsOfNodeAsync(run, cancellationToken);
        }

        return task;
    }

    private async Task<Struct> OutputsOfNodeAsync(Run run, CancellationToken cancellationToken)
    {
        ListStepsResponse steps = await runs.ListStepsAsync(new ListStepsRequest { RunId = run.RunId }, cancellationToken: cancellationToken);
        return steps.Steps.FirstOrDefault(step => step.NodeId == TaskWorkflow.NodeId)?.Outputs ?? new Struct();
    }

    private static string RequestId(string taskId) =>
        TaskIdPattern().IsMatch(taskId)
            ? DeterministicId.Create(s_tasks, taskId).ToString()
            : throw RpcError.Invalid("TASK_ID_INVALID", "task_id", $"`task_id` must match [A-Za-z0-9][A-Za-z0-9._-]{{0,99}}, was '{(taskId.Length <= 100 ? taskId : taskId[..100])}'.");

    private static string NodeType(string type) =>
        TypePattern().IsMatch(type)
            ? type
            : throw RpcError.Invalid("TASK_TYPE_INVALID", "type", $"`type` must be a node type or '{WorkflowPrefix}' and a name, was '{(type.Length <= 100 ? type : type[..100])}'.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TaskIdPattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_.-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypePattern();
}
