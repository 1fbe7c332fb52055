using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using EasyQuant.WorkflowService.Storage.Workflows;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>Serves Runners: claims, reports, leases.</summary>
internal sealed class DispatchGrpc(
    DispatchStore dispatch, ReportStore reports, WorkflowStore workflows, IOptions<WorkflowServiceOptions> options) : DispatchService.DispatchServiceBase
{
    private const int AnswerBytesMax = 3 * 1024 * 1024;

    // A run that does not fit into one message could never be handed out, and would be claimed for ever.
    private const int RunBytesMax = 4_000_000;

    public override async Task<ClaimRunsResponse> ClaimRuns(ClaimRunsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        Requests.Count(request.MaxCount, 100, "max_count");
        int beside = Math.Clamp(request.BesideItems, 0, request.MaxCount);
        Guid preferred = Guid.TryParse(request.RunId, out Guid id) ? id : Guid.Empty;
        TimeSpan lease = options.Value.LeaseDuration;
        var worker = new ClaimingWorker(WorkerId(request.WorkerId), request.ProjectId, request.WorkerName, request.Region, request.Labels);
        IReadOnlyList<Lease>? held = request.Held is null ? null : ToHeld(request.Held);
        if (request.Dropped is { Leases.Count: > 0 })
        {
            await dispatch.EndLeasesAsync(ToHeld(request.Dropped), request.ProjectId, context.CancellationToken);
        }

        if (request.DeadWorkers.Count > 0)
        {
            Requests.Count(request.DeadWorkers.Count, 100, "dead_workers");
            await dispatch.EndLeasesOfAsync([.. request.DeadWorkers.Where(dead => dead != worker.WorkerId)], request.ProjectId, context.CancellationToken);
        }

        if ((request.ReleaseUnheld || IsTriedAgain(context)) && held is not null)
        {
            await dispatch.ReleaseUnheldAsync(worker.WorkerId, held, request.ProjectId, context.CancellationToken);
        }

        IReadOnlyList<Claim> claims = await dispatch.ClaimAsync(worker, request.MaxCount, beside, preferred, lease, held, context.CancellationToken);
        var answer = new ClaimRunsResponse();
        if (claims.Count == 0)
        {
            return answer;
        }

        VersionKey[] keys = [.. claims.SelectMany(claim => KeysOf(claim.Run)).Distinct()];
        Dictionary<VersionKey, StoredDefinition> definitions = await workflows.LoadAsync(keys, context.CancellationToken);
        long byteCount = 0;
        var tooMuch = new List<Lease>();
        foreach (Claim claim in claims)
        {
            ClaimedRun claimed = ToWire(claim, definitions, lease);
            int size = claimed.CalculateSize();
            if (size > RunBytesMax)
            {
                await FailAsync(claim.Run, size, context.CancellationToken);
                continue;
            }

            byteCount += size;
            if (answer.Runs.Count > 0 && byteCount > AnswerBytesMax)
            {
                tooMuch.Add(new Lease(claim.Run.RunId, claim.Run.Epoch));
            }
            else
            {
                answer.Runs.Add(claimed);
            }
        }

        if (tooMuch.Count > 0)
        {
            await dispatch.ReleaseAsync(tooMuch, request.ProjectId, context.CancellationToken);
        }

        return answer;
    }

    public override async Task<ReportStepsResponse> ReportSteps(ReportStepsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        Requests.Count(request.Reports.Count, 500, "reports");
        foreach (RunReport report in request.Reports)
        {
            Requests.RunId(report.RunId);
            if (report.FinalState is RunState.Queued or RunState.Running)
            {
                throw RpcError.Invalid("STATE_INVALID", "final_state", $"`final_state` must be an end or paused, was {report.FinalState}.");
            }
        }

        using ReportSpans spans = ReportSpans.Start(request.Reports);
        var answer = new ReportStepsResponse();
        answer.Answers.AddRange(await reports.ReportAsync(request.Reports, options.Value.LeaseDuration, request.ProjectId, context.CancellationToken));
        spans.Answer(answer.Answers);
        return answer;
    }

    public override async Task<RenewLeasesResponse> RenewLeases(RenewLeasesRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        IReadOnlyList<Lease> leases = ToLeases(request.Leases);
        Dictionary<Lease, LeaseAnswer> held = await dispatch.RenewAsync(leases, options.Value.LeaseDuration, request.ProjectId, context.CancellationToken);
        var answer = new RenewLeasesResponse();
        answer.Answers.AddRange(leases.Select(lease =>
            held.TryGetValue(lease, out LeaseAnswer? found) ? found : new LeaseAnswer { RunId = lease.RunId.ToString(), Lost = true }));
        return answer;
    }

    public override async Task<ReleaseRunsResponse> ReleaseRuns(ReleaseRunsRequest request, ServerCallContext context)
    {
        Requests.InternalOnly(context);
        await dispatch.ReleaseAsync(ToLeases(request.Leases), request.ProjectId, context.CancellationToken);
        return new ReleaseRunsResponse();
    }

    // The client of a retried call says so; its caller never hears that an answer was lost.
    private static bool IsTriedAgain(ServerCallContext context) => context.RequestHeaders.GetValue("grpc-previous-rpc-attempts") is not null;

    private async Task FailAsync(RunRow run, int size, CancellationToken cancellationToken)
    {
        var error = new RunError
        {
            Reason = "LIMIT_EXCEEDED",
            Message = $"Definition, inputs and outputs of the finished steps may have {RunBytesMax} bytes together, this run has {size}. Pass large values on as tables.",
        };
        var report = new RunReport { RunId = run.RunId.ToString(), Epoch = run.Epoch, FinalState = RunState.Failed, Error = error };
        await reports.ReportAsync([report], options.Value.LeaseDuration, run.ProjectId, cancellationToken);
    }

    private ClaimedRun ToWire(Claim claim, Dictionary<VersionKey, StoredDefinition> definitions, TimeSpan lease)
    {
        var claimed = new ClaimedRun
        {
            Run = claim.Run.ToRun(options.Value.DashboardUrl, withValues: true),
            Definition = definitions[new VersionKey(claim.Run.WorkflowId, claim.Run.WorkflowVersion)].Wire,
            Lease = Duration.FromTimeSpan(lease),
            PinnedInputs = claim.PinnedInputs is null ? null : Struct.Parser.ParseFrom(claim.PinnedInputs),
            Traceparent = claim.Run.TraceParent,
        };
        claimed.FinishedSteps.AddRange(claim.FinishedSteps);
        claimed.CancelledNodeIds.AddRange(claim.Run.StepCancels.Select(wish => wish.NodeId));
        claimed.SubWorkflows.AddRange(VersionText.Read(claim.Run.SubWorkflows).Select(
            key => new SubWorkflow { Version = key.Version, Definition = definitions[key].Wire }));
        return claimed;
    }

    private static IEnumerable<VersionKey> KeysOf(RunRow run) =>
        VersionText.Read(run.SubWorkflows).Prepend(new VersionKey(run.WorkflowId, run.WorkflowVersion));

    private static IReadOnlyList<Lease> ToHeld(HeldLeases held) => held.Leases.Count == 0 ? [] : ToLeases(held.Leases);

    private static IReadOnlyList<Lease> ToLeases(IReadOnlyList<LeaseKey> keys)
    {
        Requests.Count(keys.Count, 1_000, "leases");
        return [.. keys.Select(key => new Lease(Requests.RunId(key.RunId), key.Epoch))];
    }

    private static string WorkerId(string text) =>
        text.Length is > 0 and <= 100 ? text : throw RpcError.Invalid("WORKER_ID_INVALID", "worker_id", "`worker_id` must have 1 to 100 characters.");
}
