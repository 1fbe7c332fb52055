using System.Collections.Concurrent;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>The runs of a Workflow service, in memory: keyed by request id, with faults on demand.</summary>
internal sealed class FakeRuns : RunService.RunServiceBase
{
    private readonly ConcurrentDictionary<string, Run> _byRequest = new();

    /// <summary>Runs by request id.</summary>
    public IReadOnlyDictionary<string, Run> ByRequest => _byRequest;

    public ConcurrentQueue<RunSpec> Specs { get; } = new();

    public ConcurrentQueue<string> Cancelled { get; } = new();

    /// <summary>What the next calls answer instead of working: null for none.</summary>
    public Func<CreateRunsRequest, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Thrown after the runs were stored: the reply is lost.</summary>
    public bool LosesReplies { get; set; }

    public IReadOnlyList<Run> Runs => [.. _byRequest.Values.OrderBy(run => run.Labels["nominal_time"], StringComparer.Ordinal)];

    public override Task<CreateRunsResponse> CreateRuns(CreateRunsRequest request, ServerCallContext context)
    {
        if (Fault(request) is { } fault)
        {
            throw fault;
        }

        var response = new CreateRunsResponse();
        foreach (RunSpec spec in request.Runs)
        {
            Specs.Enqueue(spec);
            response.Runs.Add(_byRequest.GetOrAdd(spec.RequestId, _ => new Run
            {
                RunId = Guid.CreateVersion7().ToString(),
                ProjectId = CallProject.Of(context),
                WorkflowName = spec.WorkflowName,
                WorkflowVersion = Math.Max(1, spec.WorkflowVersion),
                Inputs = spec.Inputs,
                State = RunState.Queued,
                Labels = { spec.Labels },
                CreateTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(55)),
            }).Clone());
        }

        return LosesReplies
            ? throw new RpcError(StatusCode.DeadlineExceeded, "REPLY_LOST", "The reply was lost.")
            : Task.FromResult(response);
    }

    public override Task<GetRunResponse> GetRun(GetRunRequest request, ServerCallContext context) =>
        Task.FromResult(new GetRunResponse { Run = Find(request.RunId).Clone() });

    public override Task<CancelRunResponse> CancelRun(CancelRunRequest request, ServerCallContext context)
    {
        Cancelled.Enqueue(request.RunId);
        End(request.RunId, RunState.Cancelled);
        return Task.FromResult(new CancelRunResponse { Run = Find(request.RunId).Clone() });
    }

    /// <summary>Ends a run; returns it.</summary>
    public Run End(string runId, RunState state)
    {
        Run run = Find(runId);
        run.State = state;
        run.StartTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(55));
        run.EndTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddYears(55).AddSeconds(7));
        run.Error = state == RunState.Failed ? new RunError { Reason = "DATA_MISSING", Message = "No rows." } : null;
        return run;
    }

    private Run Find(string runId) => _byRequest.Values.FirstOrDefault(run => run.RunId == runId)
        ?? throw RpcError.NotFound("RUN_NOT_FOUND", $"There is no run {runId}.");
}
