using System.Collections.Concurrent;
using System.Globalization;
using EasyQuant.Flow;
using EasyQuant.Persistence.Faults;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.ServiceDefaults.Telemetry;
using Google.Protobuf.WellKnownTypes;
using Wire = EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>
/// Tells Workflow what the steps of one run do. Reports travel in the background; before a step with effects starts, everything before it is made
/// durable, so that a later Runner repeats such a step with the very same inputs.
/// </summary>
internal sealed class RunReporter(ActiveRun run, StepReporter reporter, OutputCodec outputs, TimeProvider time) : IRunObserver
{
    private static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Progress> _progress = new(StringComparer.Ordinal);

    public async ValueTask OnStepStartedAsync(StepStarted step, CancellationToken cancellationToken)
    {
        await reporter.NoteAsync(run, new Wire.Step
        {
            NodeId = step.NodeId,
            NodeType = step.Definition.Type,
            State = Wire.StepState.Running,
            Attempt = step.Attempt,
            Position = step.Position,
            StartTime = Timestamp.FromDateTimeOffset(step.Time),
        });
        if (step.Definition.HasEffects)
        {
            await reporter.FlushAsync(run);
            Failpoints.Hit("runner.effect.before");
        }
    }

    public async ValueTask OnStepFinishedAsync(StepFinished step, CancellationToken cancellationToken)
    {
        if (step.Definition.HasEffects && step.State == StepState.Succeeded)
        {
            Failpoints.Hit("runner.effect.after");
        }

        if (run.Cause is StopCause.Lost or StopCause.Shutdown)
        {
            // Nothing of an interrupted step is told: whoever continues the run starts it again.
            return;
        }

        _progress.TryGetValue(step.NodeId, out Progress? progress);
        var metrics = new Wire.StepMetrics
        {
            RowsIn = step.Metrics.RowsIn,
            RowsOut = step.Metrics.RowsOut,
            Elapsed = Duration.FromTimeSpan(step.Elapsed),
            AllocatedBytes = step.AllocatedBytes,
            ItemsDone = progress?.Done ?? 0,
            ItemsTotal = progress?.Total ?? 0,
        };
        if (step.Metrics.QualityScore is { } score)
        {
            metrics.QualityScore = score;
        }

        await reporter.NoteAsync(run, new Wire.Step
        {
            NodeId = step.NodeId,
            NodeType = step.Definition.Type,
            State = ToWire(step.State),
            Attempt = step.Attempt,
            Position = step.Position,
            StartTime = Timestamp.FromDateTimeOffset(step.StartTime),
            EndTime = Timestamp.FromDateTimeOffset(step.StartTime + step.Elapsed),
            Metrics = metrics,
            Error = ToWire(step.Error),
            Outputs = step.State == StepState.Succeeded
                ? await outputs.WriteAsync([.. step.Definition.Outputs.Select(o => o.Name)], step.Outputs, cancellationToken)
                : null,
        });
    }

    public void OnStepRetry(string nodeId, int attempt, StepError error, TimeSpan delay) => reporter.NoteProgress(
        run, nodeId, string.Create(CultureInfo.InvariantCulture, $"Attempt {attempt} failed ({error.Reason}: {error.Message}); the next one starts in {delay.TotalSeconds:0.###} s."));

    public void OnProgress(string nodeId, long done, long total, string? message)
    {
        Progress progress = _progress.GetOrAdd(nodeId, static _ => new Progress());
        progress.Done = Math.Max(progress.Done, done);
        progress.Total = total;
        if (progress.IsDue(time, s_progressInterval) || (total > 0 && done >= total))
        {
            string counts = total > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done}/{total}") : done.ToString(CultureInfo.InvariantCulture);
            reporter.NoteProgress(run, nodeId, message is null ? counts : $"{counts} {message}");
        }
    }

    public void OnItems(string nodeId, IReadOnlyList<ItemUpdate> items)
    {
        int failed = items.Count(i => i.State == ItemState.Failed);
        int cancelled = items.Count(i => i.State == ItemState.Cancelled);
        ItemMetrics.Count(items.Count - failed - cancelled, "ok");
        ItemMetrics.Count(failed, "error");
        ItemMetrics.Count(cancelled, "cancelled");
        if (failed > 0)
        {
            ItemUpdate first = items.First(i => i.State == ItemState.Failed);
            reporter.NoteProgress(run, nodeId, string.Create(CultureInfo.InvariantCulture, $"{failed} items failed; item {first.Index}: {first.Error?.Reason}: {first.Error?.Message}"));
        }
    }

    public static Wire.RunError? ToWire(StepError? error) => error is null
        ? null
        : new Wire.RunError { Reason = error.Reason, Message = Cut(error.Message), NodeId = error.NodeId ?? "" };

    private static Wire.StepState ToWire(StepState state) => state switch
    {
        StepState.Succeeded => Wire.StepState.Succeeded,
        StepState.Failed => Wire.StepState.Failed,
        StepState.Skipped => Wire.StepState.Skipped,
        StepState.Cancelled => Wire.StepState.Cancelled,
        StepState.Running => Wire.StepState.Running,
        _ => Wire.StepState.Pending,
    };

    private static string Cut(string text) => text.Length <= 4_000 ? text : text[..4_000] + "...";

    private sealed class Progress
    {
        private long _last;

        public long Done { get; set; }

        public long Total { get; set; }

        public bool IsDue(TimeProvider time, TimeSpan interval)
        {
            long last = Interlocked.Read(ref _last);
            long now = time.GetTimestamp();
            return (last == 0 || time.GetElapsedTime(last, now) >= interval) && Interlocked.CompareExchange(ref _last, now, last) == last;
        }
    }
}
