using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.WorkflowService.Storage.Runs;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>
/// Streams the history of a run and what happens next. Reads the stored history, so a watcher that comes back with its last
/// position misses nothing, whichever replica answers. Thread-safe.
/// </summary>
internal sealed class RunWatch(RunReader reader, TimeProvider time, IOptions<WorkflowServiceOptions> options)
{
    private const int BatchSizeMax = 200;
    private static readonly TimeSpan s_pollIntervalMin = TimeSpan.FromMilliseconds(20);

    private int _watcherCount;

    public async Task StreamAsync(RunRow run, long afterSequence, IServerStreamWriter<WatchRunResponse> stream, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _watcherCount) > options.Value.WatcherCountMax)
        {
            Interlocked.Decrement(ref _watcherCount);
            throw new RpcError(
                StatusCode.ResourceExhausted, "WATCHERS_TOO_MANY", $"{options.Value.WatcherCountMax} streams watch runs already.", retryAfter: TimeSpan.FromSeconds(5));
        }

        try
        {
            await StreamUntilEndAsync(run, Math.Max(0, afterSequence), stream, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _watcherCount);
        }
    }

    private async Task StreamUntilEndAsync(RunRow run, long sequence, IServerStreamWriter<WatchRunResponse> stream, CancellationToken cancellationToken)
    {
        // A watcher stays for minutes: a span for each look would bury the trace of the call.
        Activity.Current = null;
        long lastSign = time.GetTimestamp();
        TimeSpan wait = s_pollIntervalMin;
        while (true)
        {
            // State first, history second: what the state knows is in the history by then.
            run = await reader.GetAsync(run.ProjectId, run.RunId, cancellationToken);
            if (sequence < run.EventSequence)
            {
                List<RunEvent> events = await reader.ReadEventsAsync(run.RunId, sequence, BatchSizeMax, cancellationToken);
                foreach (RunEvent happened in events)
                {
                    await stream.WriteAsync(new WatchRunResponse { Event = happened }, cancellationToken);
                    sequence = happened.Sequence;
                }

                lastSign = time.GetTimestamp();
                wait = s_pollIntervalMin;
                if (events.Count > 0)
                {
                    continue;
                }
            }

            if (run.HasEnded)
            {
                return;
            }

            if (time.GetElapsedTime(lastSign) >= options.Value.WatchHeartbeat)
            {
                await stream.WriteAsync(new WatchRunResponse(), cancellationToken);
                lastSign = time.GetTimestamp();
            }

            await Task.Delay(wait, time, cancellationToken);
            wait = wait * 2 < options.Value.WatchPollInterval ? wait * 2 : options.Value.WatchPollInterval;
        }
    }
}
