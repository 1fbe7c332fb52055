using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.ServiceDefaults.Telemetry;
using OpenTelemetry.Trace;

namespace EasyQuant.RunnerService.Processes;

/// <summary>
/// The spans of a child process, below the worker's: every replica of a process group, and of each fan-out the first items, because a trace of a hundred
/// thousand items could neither be kept nor read. Used by one item at a time.
/// </summary>
internal sealed class ChildSpans(IReadOnlyDictionary<string, string> settings, ChildMeasures measures)
{
    /// <summary>Items of one fan-out that one process traces.</summary>
    public const int ItemsMax = 100;

    private const int FlushMilliseconds = 1_000;

    private TracerProvider? _provider;
    private string _fanOut = "";
    private int _itemCount;
    private volatile bool _hasUnsent;

    /// <summary>Gets where nodes start their spans.</summary>
    public static ActivitySource Source { get; } = new(RunnerIdentity.SourceName);

    /// <summary>Writes into an item what its process must know to continue the worker's trace: the span of the step, and the step.</summary>
    public static void Write(JsonObject item, Activity? step)
    {
        if (step is { Recorded: true, Id: { } id })
        {
            item["trace"] = new JsonArray(id, step.GetTagItem("easyquant.step_id") as string ?? "");
        }
    }

    /// <summary>Starts the span of an item or of a replica; null when it is not traced.</summary>
    public Activity? Start(JsonObject message, string runId)
    {
        if (message["trace"] is JsonArray trace)
        {
            return StartItem(trace[0]!.GetValue<string>(), trace[1]!.GetValue<string>(), message, runId);
        }

        return TryProvide(message["traceparent"]?.GetValue<string>(), out ActivityContext worker)
            ? Source.StartActivity("replica process", ActivityKind.Internal, worker)?.SetTag("easyquant.run_id", runId)
            : null;
    }

    /// <summary>Sends what waits, for at most a second.</summary>
    public void Flush()
    {
        if (_hasUnsent)
        {
            _hasUnsent = false;
            _provider?.ForceFlush(FlushMilliseconds);
        }
    }

    private Activity? StartItem(string parent, string stepId, JsonObject message, string runId)
    {
        if (!TryProvide(parent, out ActivityContext step))
        {
            return null;
        }

        _itemCount = parent == _fanOut ? _itemCount + 1 : 1;
        _fanOut = parent;
        // Under a parent that is not recorded nothing below is either: a statement of an item is not to begin a trace of its own.
        ActivityContext context = _itemCount <= ItemsMax ? step : new ActivityContext(step.TraceId, step.SpanId, ActivityTraceFlags.None, step.TraceState, isRemote: true);
        return Source.StartActivity($"item {message["workflow"]!.GetValue<string>()}", ActivityKind.Internal, context)
            ?.SetTag("easyquant.run_id", runId).SetTag("easyquant.step_id", stepId).SetTag("easyquant.item_path", message["itemPath"]!.GetValue<string>());
    }

    private bool TryProvide(string? parent, out ActivityContext context)
    {
        if (!ActivityContext.TryParse(parent, null, isRemote: true, out context))
        {
            return false;
        }

        _provider ??= ChildTelemetry.Start(settings, measures);
        _hasUnsent = true;
        return true;
    }
}
