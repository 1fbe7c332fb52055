using System.Diagnostics;
using System.Globalization;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.SchedulerService.Schedules;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EasyQuant.SchedulerService.Grpc;

/// <summary>Creates, cancels and asks for runs at the Workflow service. Never throws for a fault of that service. Thread-safe.</summary>
internal sealed partial class RunStarter(RunService.RunServiceClient client, ILogger<RunStarter> logger)
{
    /// <summary>Label of a run with the request id of its firing.</summary>
    public const string FiringLabel = "firing";

    private const string Actor = "service:scheduler";

    private static readonly ActivitySource s_source = new("EasyQuant.SchedulerService");
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default);

    /// <summary>Creates the runs of firings of one project. Idempotent by their request ids.</summary>
    /// <returns>One outcome a firing.</returns>
    public async Task<IReadOnlyList<StartOutcome>> StartAsync(
        string projectId, IReadOnlyList<FiringRecord> firings, CancellationToken cancellationToken)
    {
        IReadOnlyList<StartOutcome> outcomes = await TryStartAsync(projectId, firings, cancellationToken);
        if (firings.Count == 1 || !outcomes.Any(outcome => outcome.IsFinal))
        {
            return outcomes;
        }

        // All or none: one bad run refuses the whole call, so each is tried alone.
        var single = new List<StartOutcome>(firings.Count);
        foreach (FiringRecord firing in firings)
        {
            single.AddRange(await TryStartAsync(projectId, [firing], cancellationToken));
        }

        return single;
    }

    /// <summary>Asks to cancel the run of a firing. Returns false when the service did not answer.</summary>
    public async Task<bool> CancelAsync(FiringRecord firing, CancellationToken cancellationToken)
    {
        try
        {
            var request = new CancelRunRequest { RunId = firing.RunId, Cause = $"A later run of schedule {firing.ScheduleName} takes its place." };
            await client.CancelRunAsync(request, CallProject.Headers(firing.ProjectId, Actor), cancellationToken: cancellationToken);
            return true;
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogCallFailed(exception, "CancelRun", firing.RunId);
            return IsFinal(exception.StatusCode);
        }
    }

    /// <summary>Asks for the run of a firing. Returns null when the service did not answer.</summary>
    public async Task<RunNews?> AskAsync(FiringRecord firing, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetRunRequest { RunId = firing.RunId };
            GetRunResponse response = await client.GetRunAsync(
                request, CallProject.Headers(firing.ProjectId, Actor), cancellationToken: cancellationToken);
            return Read(response.Run, firing.RequestId, 0);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return new RunNews
            {
                RequestId = firing.RequestId, RunId = firing.RunId, State = (int)RunState.Failed, HasEnded = true, HasFailed = true,
                Error = "The run no longer exists.",
            };
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogCallFailed(exception, "GetRun", firing.RunId);
            return null;
        }
    }

    /// <summary>Reads what a run says about itself.</summary>
    public static RunNews Read(Run run, Guid requestId, long sequence) => new()
    {
        RequestId = requestId,
        RunId = run.RunId,
        State = (int)run.State,
        Sequence = sequence,
        HasEnded = run.State is RunState.Succeeded or RunState.Failed or RunState.Cancelled,
        HasFailed = run.State == RunState.Failed,
        HasSucceeded = run.State == RunState.Succeeded,
        StartTime = run.StartTime?.ToDateTimeOffset(),
        EndTime = run.EndTime?.ToDateTimeOffset(),
        Error = run.Error is null ? "" : $"{run.Error.Reason}: {run.Error.Message}",
    };

    private async Task<IReadOnlyList<StartOutcome>> TryStartAsync(
        string projectId, IReadOnlyList<FiringRecord> firings, CancellationToken cancellationToken)
    {
        using Activity? activity = s_source.StartActivity($"fire {firings[0].ScheduleName}", ActivityKind.Internal, default(ActivityContext));
        activity?.SetTag("easyquant.firing_count", firings.Count);
        var request = new CreateRunsRequest();
        request.Runs.AddRange(firings.Select(ToSpec));
        try
        {
            CreateRunsResponse response = await client.CreateRunsAsync(
                request, CallProject.Headers(projectId, Actor), cancellationToken: cancellationToken);
            if (response.Runs.Count != firings.Count)
            {
                throw new UnreachableException($"Invariant: one run a request; asked for {firings.Count}, got {response.Runs.Count}.");
            }

            return [.. firings.Zip(response.Runs, (firing, run) => new StartOutcome(firing.RequestId, run.RunId, (int)run.State, "", true))];
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, exception.Status.Detail);
            string reason = RpcError.TryRead(exception, out RpcError? error) ? error.Reason : exception.StatusCode.ToString();
            string text = $"{reason}: {exception.Status.Detail}";
            return [.. firings.Select(firing => new StartOutcome(firing.RequestId, "", 0, text, IsFinal(exception.StatusCode)))];
        }
    }

    private static RunSpec ToSpec(FiringRecord firing) => new()
    {
        RequestId = firing.RequestId.ToString(),
        WorkflowName = firing.WorkflowName,
        WorkflowVersion = firing.WorkflowVersion,
        Inputs = s_parser.Parse<Struct>(firing.Inputs),
        Labels =
        {
            ["schedule"] = firing.ScheduleName,
            [FiringLabel] = firing.RequestId.ToString(),
            ["nominal_time"] = firing.NominalTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        },
    };

    // Only what the request itself is to blame for is final; everything else is the world's weather.
    private static bool IsFinal(StatusCode status) => status
        is StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.OutOfRange;

    [LoggerMessage(3031, LogLevel.Warning, "{Method} for run {RunId} failed; it is asked again.")]
    private partial void LogCallFailed(Exception exception, string method, string runId);
}
