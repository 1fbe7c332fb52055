using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Messaging;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Grpc.Items;
using EasyQuant.RunnerService.Grpc.Secrets;
using EasyQuant.RunnerService.Processes;
using EasyQuant.RunnerService.Projects;
using EasyQuant.ServiceDefaults.Grpc;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Wire = EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>Executes one claimed run to its end, its pause, or the end of its lease.</summary>
internal sealed partial class RunExecutor(
    GraphCache graphs,
    ProjectServices projects,
    ItemProcessPool processes,
    StepReporter reporter,
    ActiveRuns runs,
    AbandonedNodes abandoned,
    RunnerIdentity identity,
    Wire.DispatchService.DispatchServiceClient dispatch,
    Wire.ItemDispatchService.ItemDispatchServiceClient itemDispatch,
    SecretService.SecretServiceClient secretClient,
    ActivitySource activities,
    IOptions<RunnerOptions> settings,
    TimeProvider time,
    ILogger<RunExecutor> logger)
{
    /// <summary>Executes the run under a span that continues the trace under which the run was created.</summary>
    public async Task ExecuteAsync(ActiveRun run)
    {
        Wire.Run wire = run.Claimed.Run;
        ActivityContext.TryParse(run.Claimed.Traceparent, null, isRemote: true, out ActivityContext parent);
        using Activity? span = activities.StartActivity($"run {wire.WorkflowName}", ActivityKind.Consumer, parent);
        span?.SetTag("easyquant.run_id", run.RunId).SetTag("easyquant.project", wire.ProjectId).SetTag("easyquant.epoch", run.Epoch);
        run.TraceParent = span?.Id ?? run.Claimed.Traceparent;
        try
        {
            Wire.RunReport? final = await RunAsync(run);
            if (final is not null)
            {
                await reporter.EndAsync(run, final);
                runs.CountEnd(final.FinalState);
                span?.SetTag("easyquant.state", final.FinalState.ToString());
                span?.SetStatus(final.FinalState == Wire.RunState.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok, final.Error?.Reason);
                LogEnded(run.RunId, wire.WorkflowName, final.FinalState);
            }
            else if (run.Cause == StopCause.Shutdown)
            {
                await ReleaseAsync(run);
            }
        }
        catch (LeaseLostException)
        {
            span?.SetStatus(ActivityStatusCode.Error, "LEASE_LOST");
        }
    }

    private async Task<Wire.RunReport?> RunAsync(ActiveRun run)
    {
        RunResult result;
        using CancellationTokenSource? limit = TimeLimit(run) is { } timeout ? new CancellationTokenSource(timeout, time) : null;
        using CancellationTokenRegistration stop = limit?.Token.Register(() => run.Stop(StopCause.TimedOut)) ?? default;
        try
        {
            PreparedWorkflow workflow = graphs.Get(run.Claimed);
            ProjectRoom room = await projects.GetAsync(run.Claimed.Run.ProjectId, run.StopToken);
            RunOptions options = await OptionsAsync(run, workflow, room);
            var calls = new ItemCalls(run, itemDispatch, time);
            var mask = new SecretMask();
            var secrets = new RunSecrets(run, calls, secretClient, mask);
            var items = new RunItems(run, calls, new ItemCodec(room.Outputs, identity), workflow, runs, time);
            NodeServices services = room.Services.With(workflow.Children).With<IItemLedger>(items).With<IRemoteItems>(items)
                .With<ISecretSource>(secrets).With(mask).With<IAbandonedWork>(abandoned)
                .With<IItemProcesses>(new RunItemProcesses(processes, workflow.Key, workflow.Definitions, secrets))
                .With<IReplicaProcesses>(new ReplicaProcesses(processes, secrets));
            result = await workflow.Graphs.ExecuteAsync(Context(run, workflow), services, options, run.StopToken);
            if (run.Cause == StopCause.TimedOut && result.State is not (RunState.Succeeded or RunState.Failed))
            {
                return TimedOut(run);
            }

            if (run.Cause is StopCause.Lost or StopCause.Shutdown && result.State is not (RunState.Succeeded or RunState.Failed))
            {
                return null;
            }

            return await FinalAsync(result, room);
        }
        catch (OperationCanceledException) when (run.Cause != StopCause.None)
        {
            return run.Cause switch
            {
                StopCause.Cancelled => new Wire.RunReport { FinalState = Wire.RunState.Cancelled },
                StopCause.TimedOut => TimedOut(run),
                _ => null,
            };
        }
        catch (Exception e) when (e is not LeaseLostException)
        {
            // Outermost frame of the run: what the graph did not turn into a step's error ends the run.
            StepError error = StepErrors.From(e, null);
            if (e is not (WorkflowInvalidException or NodeException))
            {
                LogBroken(e, run.RunId);
                error = error with { Reason = "RUNNER_FAILED" };
            }

            return new Wire.RunReport { FinalState = Wire.RunState.Failed, Error = RunReporter.ToWire(error) };
        }
    }

    private TimeSpan? TimeLimit(ActiveRun run) => (run.Claimed.Run.Timeout?.ToTimeSpan(), settings.Value.TaskTimeout) switch
    {
        ({ } own, { } general) => own < general ? own : general,
        var (own, general) => own ?? general,
    };

    private Wire.RunReport TimedOut(ActiveRun run) => new()
    {
        FinalState = Wire.RunState.Failed,
        Error = new Wire.RunError { Reason = "RUN_TIMEOUT", Message = $"The run may take {TimeLimit(run):c} and was stopped then." },
    };

    private static RunContext Context(ActiveRun run, PreparedWorkflow workflow)
    {
        Wire.Run wire = run.Claimed.Run;
        return new RunContext
        {
            RunId = wire.RunId,
            ProjectId = wire.ProjectId,
            Epoch = wire.Epoch,
            LeaseTime = run.Claimed.Lease.ToTimeSpan(),
            Attempt = wire.CrashCount + 1,
            Seed = wire.Seed,
            StartTime = wire.CreateTime?.ToDateTimeOffset() ?? DateTimeOffset.UnixEpoch,
            ItemPath = wire.ItemPath,
            EffectRunId = wire.RootRunId,
            Ancestors = [workflow.Graphs.Definition.Name],
            Inputs = new Dictionary<string, JsonNode?>(WireJson.ToJson(wire.Inputs), StringComparer.Ordinal),
        };
    }

    private async Task<RunOptions> OptionsAsync(ActiveRun run, PreparedWorkflow workflow, ProjectRoom room)
    {
        var finished = new Dictionary<string, FinishedStep>(StringComparer.Ordinal);
        foreach (Wire.Step step in run.Claimed.FinishedSteps)
        {
            bool isCancelledAlone = step.State == Wire.StepState.Cancelled && step.Error?.Reason == StepErrors.CancelledReason;
            if (isCancelledAlone || step.State is Wire.StepState.Succeeded or Wire.StepState.Failed or Wire.StepState.Skipped)
            {
                finished[step.NodeId] = await room.Outputs.ReadAsync(step, run.StopToken);
            }
        }

        string onlyNode = run.Claimed.Run.OnlyNodeId;
        return new RunOptions
        {
            Observer = new RunReporter(run, reporter, room.Outputs, time),
            Finished = finished,
            OnlyNode = onlyNode.Length > 0 ? onlyNode : null,
            PinnedInputs = onlyNode.Length > 0 ? Pinned(run, workflow, onlyNode, room.Catalog) : FinishedStep.NoOutputs,
            PauseToken = run.PauseToken,
            Cancels = run.Cancels,
            Activities = activities,
        };
    }

    // A table cannot travel as JSON; pinned rows become one.
    private static Dictionary<string, NodeValue> Pinned(ActiveRun run, PreparedWorkflow workflow, string nodeId, NodeCatalog catalog)
    {
        WorkflowNode? node = workflow.Graphs.Definition.Nodes.FirstOrDefault(n => n.Id == nodeId);
        NodeDefinition? type = null;
        if (node is not null)
        {
            catalog.TryGetDefinition(node.Type, out type);
        }

        var pinned = new Dictionary<string, NodeValue>(StringComparer.Ordinal);
        foreach ((string port, JsonNode? value) in WireJson.ToJson(run.Claimed.PinnedInputs))
        {
            bool isTable = type?.Inputs.FirstOrDefault(i => i.Name == port)?.Type == PortType.Table;
            pinned[port] = isTable
                ? NodeValue.FromTable(TableJson.FromRows(value as JsonArray ?? throw new NodeException("INPUT_TYPE", $"The pinned input '{port}' is a table: give a list of rows.")))
                : NodeValue.FromJson(value?.DeepClone());
        }

        return pinned;
    }

    private static async Task<Wire.RunReport> FinalAsync(RunResult result, ProjectRoom room)
    {
        var final = new Wire.RunReport
        {
            FinalState = result.State switch
            {
                RunState.Succeeded => Wire.RunState.Succeeded,
                RunState.Cancelled => Wire.RunState.Cancelled,
                RunState.Paused => Wire.RunState.Paused,
                _ => Wire.RunState.Failed,
            },
            Error = RunReporter.ToWire(result.Error),
        };
        if (result.State == RunState.Succeeded)
        {
            final.Outputs = result.Outputs.Count == 0
                ? new Struct()
                : await room.Outputs.WriteAsync(result.OutputNames, result.Outputs, CancellationToken.None);
        }

        return final;
    }

    private async Task ReleaseAsync(ActiveRun run)
    {
        try
        {
            await reporter.FlushAsync(run).WaitAsync(TimeSpan.FromSeconds(2), time);
            var request = new Wire.ReleaseRunsRequest { WorkerId = identity.WorkerId };
            request.Leases.Add(new Wire.LeaseKey { RunId = run.RunId, Epoch = run.Epoch });
            DateTime deadline = time.GetUtcNow().UtcDateTime.AddSeconds(2);
            await dispatch.ReleaseRunsAsync(request, new CallOptions(CallProject.Headers("default", "service:runner"), deadline));
            LogReleased(run.RunId);
        }
        catch (Exception e) when (e is RpcException or TimeoutException)
        {
            // The lease runs out by itself.
            LogReleaseFailed(e, run.RunId);
        }
    }

    [LoggerMessage(2031, LogLevel.Information, "Run {RunId} of {Workflow} ended: {State}.")]
    private partial void LogEnded(string runId, string workflow, Wire.RunState state);

    [LoggerMessage(2032, LogLevel.Error, "Run {RunId} failed in the Runner itself.")]
    private partial void LogBroken(Exception exception, string runId);

    [LoggerMessage(2033, LogLevel.Information, "Run {RunId} was given back.")]
    private partial void LogReleased(string runId);

    [LoggerMessage(2034, LogLevel.Warning, "Run {RunId} could not be given back; its lease runs out.")]
    private partial void LogReleaseFailed(Exception exception, string runId);
}
