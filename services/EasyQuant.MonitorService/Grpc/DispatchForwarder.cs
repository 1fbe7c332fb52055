using System.Collections.Concurrent;
using System.Diagnostics;
using EasyQuant.Contracts.Group.V1;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Contracts.Secret.V1;
using EasyQuant.Contracts.Worker.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.MonitorService.Grpc;

/// <summary>Passes the calls of a worker that speaks through its stream on to Workflow, within the project of its session. Thread-safe.</summary>
internal sealed class DispatchForwarder(
    DispatchService.DispatchServiceClient dispatch, ItemDispatchService.ItemDispatchServiceClient items, GroupService.GroupServiceClient groups,
    SecretService.SecretServiceClient secrets, RunService.RunServiceClient runs, TimeProvider time)
{
    private const int OwnedMax = 10_000;
    private static readonly ActivitySource s_source = new("EasyQuant.MonitorService");
    private static readonly TimeSpan s_timeoutMax = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<(string ProjectId, string RunId), bool> _owned = new();

    /// <summary>Makes the call; a failure becomes an answer with its status.</summary>
    public async Task<WorkerAnswer> ForwardAsync(WorkerCall call, string workerName, string projectId, CancellationToken cancellationToken)
    {
        TimeSpan timeout = call.Timeout?.ToTimeSpan() is { Ticks: > 0 } asked && asked < s_timeoutMax ? asked : s_timeoutMax;
        var options = new CallOptions(
            CallProject.Headers(projectId.Length > 0 ? projectId : "default", "service:monitor"), time.GetUtcNow().UtcDateTime + timeout, cancellationToken);
        using Activity? span = StartSpan(call);
        var answer = new WorkerAnswer { CallId = call.CallId };
        try
        {
            await CallAsync(call, answer, workerName, projectId, options);
        }
        catch (RpcException e)
        {
            (answer.StatusCode, answer.Message) = ((int)e.StatusCode, e.Status.Detail);
            span?.SetStatus(ActivityStatusCode.Error, e.StatusCode.ToString());
        }

        return answer;
    }

    // The call belongs to the trace of the worker's work, not to that of the stream, which is as old as the session.
    private static Activity? StartSpan(WorkerCall call)
    {
        Activity.Current = null;
        ActivityContext.TryParse(call.Traceparent, null, isRemote: true, out ActivityContext parent);
        Activity? span = s_source.StartActivity($"forward {call.RequestCase}", ActivityKind.Internal, parent);
        (string? runId, string? stepId) = IdsOf(call);
        return span?.SetTag("easyquant.run_id", runId).SetTag("easyquant.step_id", stepId);
    }

    private static (string? RunId, string? StepId) IdsOf(WorkerCall call) => call.RequestCase switch
    {
        WorkerCall.RequestOneofCase.Report => (call.Report.Reports.Count == 1 ? call.Report.Reports[0].RunId : null, null),
        WorkerCall.RequestOneofCase.GroupSums => (call.GroupSums.RunId, null),
        WorkerCall.RequestOneofCase.FetchSecret => (call.FetchSecret.RunId, null),
        WorkerCall.RequestOneofCase.OpenFanOut => (call.OpenFanOut.Lease?.RunId, call.OpenFanOut.Lease?.NodeId),
        WorkerCall.RequestOneofCase.ReportItems => (call.ReportItems.Lease?.RunId, call.ReportItems.Lease?.NodeId),
        WorkerCall.RequestOneofCase.ReadItems => (call.ReadItems.Lease?.RunId, call.ReadItems.Lease?.NodeId),
        WorkerCall.RequestOneofCase.StartItems => (call.StartItems.Lease?.RunId, call.StartItems.Lease?.NodeId),
        WorkerCall.RequestOneofCase.CollectItems => (call.CollectItems.Lease?.RunId, call.CollectItems.Lease?.NodeId),
        WorkerCall.RequestOneofCase.CancelItems => (call.CancelItems.Lease?.RunId, call.CancelItems.Lease?.NodeId),
        _ => default,
    };

    private async Task CallAsync(WorkerCall call, WorkerAnswer answer, string workerName, string projectId, CallOptions options)
    {
        switch (call.RequestCase)
        {
            case WorkerCall.RequestOneofCase.Claim:
                call.Claim.ProjectId = projectId;
                call.Claim.WorkerName = workerName;
                answer.Claim = await dispatch.ClaimRunsAsync(call.Claim, options);
                break;
            case WorkerCall.RequestOneofCase.Report:
                call.Report.ProjectId = projectId;
                answer.Report = await dispatch.ReportStepsAsync(call.Report, options);
                break;
            case WorkerCall.RequestOneofCase.Renew:
                call.Renew.ProjectId = projectId;
                answer.Renew = await dispatch.RenewLeasesAsync(call.Renew, options);
                break;
            case WorkerCall.RequestOneofCase.Release:
                call.Release.ProjectId = projectId;
                answer.Release = await dispatch.ReleaseRunsAsync(call.Release, options);
                break;
            case WorkerCall.RequestOneofCase.GroupSums:
                await CheckOwnedAsync(call.GroupSums.RunId, projectId, options);
                answer.GroupSums = await groups.ReportGroupSumsAsync(call.GroupSums, options);
                break;
            case WorkerCall.RequestOneofCase.FetchSecret:
                await CheckOwnedAsync(call.FetchSecret.RunId, projectId, options);
                answer.FetchSecret = await secrets.FetchSecretAsync(call.FetchSecret, options);
                break;
            default:
                await CallItemsAsync(call, answer, projectId, options);
                break;
        }
    }

    private async Task CallItemsAsync(WorkerCall call, WorkerAnswer answer, string projectId, CallOptions options)
    {
        switch (call.RequestCase)
        {
            case WorkerCall.RequestOneofCase.OpenFanOut:
                await CheckOwnedAsync(call.OpenFanOut.Lease?.RunId, projectId, options);
                answer.OpenFanOut = await items.OpenFanOutAsync(call.OpenFanOut, options);
                break;
            case WorkerCall.RequestOneofCase.ReportItems:
                await CheckOwnedAsync(call.ReportItems.Lease?.RunId, projectId, options);
                answer.ReportItems = await items.ReportItemsAsync(call.ReportItems, options);
                break;
            case WorkerCall.RequestOneofCase.ReadItems:
                await CheckOwnedAsync(call.ReadItems.Lease?.RunId, projectId, options);
                answer.ReadItems = await items.ReadItemsAsync(call.ReadItems, options);
                break;
            case WorkerCall.RequestOneofCase.StartItems:
                await CheckOwnedAsync(call.StartItems.Lease?.RunId, projectId, options);
                answer.StartItems = await items.StartItemsAsync(call.StartItems, options);
                break;
            case WorkerCall.RequestOneofCase.CollectItems:
                await CheckOwnedAsync(call.CollectItems.Lease?.RunId, projectId, options);
                answer.CollectItems = await items.CollectItemsAsync(call.CollectItems, options);
                break;
            case WorkerCall.RequestOneofCase.CancelItems:
                await CheckOwnedAsync(call.CancelItems.Lease?.RunId, projectId, options);
                answer.CancelItems = await items.CancelItemsAsync(call.CancelItems, options);
                break;
            default:
                (answer.StatusCode, answer.Message) = ((int)StatusCode.Unimplemented, "The platform does not know this call; it may be older than the worker.");
                break;
        }
    }

    // These calls name a run and no project: a run of another one is not found under the headers of this call. A run never changes its project, so what was found
    // once needs no second look.
    private async Task CheckOwnedAsync(string? runId, string projectId, CallOptions options)
    {
        (string, string) key = (projectId, runId ?? "");
        if (projectId.Length == 0 || _owned.ContainsKey(key))
        {
            return;
        }

        await runs.GetRunAsync(new GetRunRequest { RunId = runId ?? "" }, options);
        if (_owned.Count >= OwnedMax)
        {
            _owned.Clear();
        }

        _owned[key] = true;
    }
}
