using System.Diagnostics;
using System.Threading.Channels;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Faults;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>
/// Sends what happened in all runs to Workflow, in batches: what is noted while a call is under way travels with the next one. A call that fails is
/// repeated until it succeeds; meanwhile leases run out and their runs stop themselves, and what they had to report is dropped.
/// </summary>
internal sealed partial class StepReporter(
    DispatchService.DispatchServiceClient dispatch,
    RunnerIdentity identity,
    LeaseClock leases,
    ActivitySource activities,
    IOptions<RunnerOptions> options,
    TimeProvider time,
    ILogger<StepReporter> logger) : BackgroundService
{
    private const int RunsMax = 500;
    private const int BytesMax = 2 * 1024 * 1024;
    private const int PendingBytesMax = 256 * 1024;

    // A run stands in it at most once, so it holds at most as many as execute. The single-reader kind cannot be counted.
    private readonly Channel<ActiveRun> _queue = Channel.CreateUnbounded<ActiveRun>();

    /// <summary>Notes the newest state of a step; waits only when much is waiting already.</summary>
    public ValueTask NoteAsync(ActiveRun run, Step step)
    {
        Enqueue(run, run.Note(step));
        return run.PendingBytes > PendingBytesMax ? new ValueTask(FlushAsync(run)) : ValueTask.CompletedTask;
    }

    /// <summary>Notes progress of a node.</summary>
    public void NoteProgress(ActiveRun run, string nodeId, string text) => Enqueue(run, run.NoteProgress(nodeId, text));

    /// <summary>Waits until everything noted for the run is stored.</summary>
    /// <exception cref="LeaseLostException">The report was refused.</exception>
    public Task FlushAsync(ActiveRun run)
    {
        Task flushed = run.WhenFlushed(out bool mustQueue);
        Enqueue(run, mustQueue);
        return flushed;
    }

    /// <summary>Reports the end of a run and waits until it is stored.</summary>
    /// <exception cref="LeaseLostException">The report was refused.</exception>
    public Task EndAsync(ActiveRun run, RunReport final)
    {
        Task flushed = run.WhenEnded(final, out bool mustQueue);
        Enqueue(run, mustQueue);
        return flushed;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<(ActiveRun Run, RunReport Report, TaskCompletionSource? Flushed)>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                if (options.Value.ReportDelay > TimeSpan.Zero && _queue.Reader.Count < RunsMax)
                {
                    await Task.Delay(options.Value.ReportDelay, time, stoppingToken);
                }

                int bytes = 0;
                while (batch.Count < RunsMax && bytes < BytesMax && _queue.Reader.TryRead(out ActiveRun? run))
                {
                    (RunReport report, TaskCompletionSource? flushed) = run.Take();
                    bytes += report.CalculateSize();
                    batch.Add((run, report, flushed));
                }

                await SendAsync(batch, stoppingToken);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown: runs that still wait for a report were given up before.
        }
    }

    private async Task SendAsync(List<(ActiveRun Run, RunReport Report, TaskCompletionSource? Flushed)> batch, CancellationToken cancellationToken)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(100);
        while (true)
        {
            foreach ((ActiveRun lost, _, TaskCompletionSource? waiter) in batch.Where(b => b.Run.Cause == StopCause.Lost))
            {
                waiter?.TrySetException(new LeaseLostException(lost.RunId));
            }

            batch.RemoveAll(b => b.Run.Cause == StopCause.Lost);
            if (batch.Count == 0)
            {
                return;
            }

            try
            {
                await SendOnceAsync(batch, cancellationToken);
                return;
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                LogReportFailed(e, batch.Count, e.StatusCode);
                bool isPermanent = e.StatusCode is StatusCode.InvalidArgument or StatusCode.ResourceExhausted or StatusCode.Internal && !ConnectionEnd.IsAway(e);
                if (isPermanent && batch.Count > 1)
                {
                    await SendEachAsync(batch, cancellationToken);
                    return;
                }

                if (isPermanent)
                {
                    // Workflow will never take this one. The lease runs out and the run is claimed again, or fails after its last crash.
                    batch[0].Run.Stop(StopCause.Lost);
                }
            }
            catch (FailpointException e)
            {
                LogReportFailed(e, batch.Count, StatusCode.Unavailable);
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay < TimeSpan.FromSeconds(1) ? delay * 2 : delay;
        }
    }

    // One bad report must not hold up the others.
    private async Task SendEachAsync(List<(ActiveRun Run, RunReport Report, TaskCompletionSource? Flushed)> batch, CancellationToken cancellationToken)
    {
        foreach ((ActiveRun, RunReport, TaskCompletionSource?) one in batch.ToArray())
        {
            await SendAsync([one], cancellationToken);
        }
    }

    private async Task SendOnceAsync(List<(ActiveRun Run, RunReport Report, TaskCompletionSource? Flushed)> batch, CancellationToken cancellationToken)
    {
        Failpoints.Hit("runner.report.before");
        var request = new ReportStepsRequest { WorkerId = identity.WorkerId };
        request.Reports.AddRange(batch.Select(b => b.Report));
        using Activity? span = StartSpan(request);
        long sent = time.GetTimestamp();
        ReportStepsResponse answer = await dispatch.ReportStepsAsync(
            request, new CallOptions(CallProject.Headers("default", "service:runner"), cancellationToken: cancellationToken));
        Failpoints.Hit("runner.report.after");
        for (int i = 0; i < batch.Count && i < answer.Answers.Count; i++)
        {
            (ActiveRun run, _, TaskCompletionSource? flushed) = batch[i];
            ActiveRuns.Obey(run, answer.Answers[i]);
            if (answer.Answers[i].Lost)
            {
                LogLost(run.RunId, run.Epoch);
                flushed?.TrySetException(new LeaseLostException(run.RunId));
                continue;
            }

            leases.Renewed(run, sent);
            flushed?.TrySetResult();
        }
    }

    // One report continues the trace of its run. Several have no common parent: their traces are linked, and Workflow continues each.
    private Activity? StartSpan(ReportStepsRequest request)
    {
        if (!activities.HasListeners())
        {
            return null;
        }

        var links = new List<ActivityLink>(request.Reports.Count);
        foreach (RunReport report in request.Reports)
        {
            if (ActivityContext.TryParse(report.Traceparent, null, isRemote: false, out ActivityContext run))
            {
                links.Add(new ActivityLink(run));
            }
        }

        bool isOne = request.Reports.Count == 1 && links.Count == 1;
        Activity? span = activities.StartActivity("send reports", ActivityKind.Internal, isOne ? links[0].Context : default, tags: null, isOne ? null : links);
        return isOne ? span?.SetTag("easyquant.run_id", request.Reports[0].RunId) : span?.SetTag("easyquant.report_count", request.Reports.Count);
    }

    private void Enqueue(ActiveRun run, bool mustQueue)
    {
        if (mustQueue)
        {
            _queue.Writer.TryWrite(run);
        }
    }

    [LoggerMessage(2001, LogLevel.Warning, "Reports of {RunCount} runs could not be stored ({Status}); they are sent again.")]
    private partial void LogReportFailed(Exception exception, int runCount, StatusCode status);

    [LoggerMessage(2002, LogLevel.Warning, "Run {RunId}: the report under epoch {Epoch} was refused; the run stops here.")]
    private partial void LogLost(string runId, long epoch);
}
