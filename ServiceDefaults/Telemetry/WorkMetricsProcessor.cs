using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Counts work by its spans, so that metrics and traces never disagree: runs, steps, messages and gRPC calls. The instruments are listed in
/// <c>docs/operations/telemetry.md</c>. Thread-safe.
/// </summary>
internal sealed class WorkMetricsProcessor : BaseProcessor<Activity>
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "EasyQuant.Work";

    private static readonly Meter s_meter = new(MeterName);
    private static readonly UpDownCounter<long> s_activeRuns = s_meter.CreateUpDownCounter<long>("easyquant.run.active", "{run}", "Runs that this process executes.");
    private static readonly Histogram<double> s_runs = s_meter.CreateHistogram<double>("easyquant.run.duration", "s", "Time from claim to report of a run.");
    private static readonly Histogram<double> s_steps = s_meter.CreateHistogram<double>("easyquant.step.duration", "s", "Time of one attempt of a step.");
    private static readonly Counter<long> s_sent = s_meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Messages handed to the broker.");
    private static readonly Histogram<double> s_processed = s_meter.CreateHistogram<double>("messaging.process.duration", "s", "Time that a consumer took for a message.");
    private static readonly Histogram<double> s_served = s_meter.CreateHistogram<double>("rpc.server.duration", "s", "Time of a gRPC call in the server.");
    private static readonly Histogram<double> s_called = s_meter.CreateHistogram<double>("rpc.client.duration", "s", "Time of a gRPC call in the client.");

    public override void OnStart(Activity data)
    {
        if (IsRun(data))
        {
            s_activeRuns.Add(1);
        }
    }

    public override void OnEnd(Activity data)
    {
        double seconds = data.Duration.TotalSeconds;
        if (IsRun(data))
        {
            s_activeRuns.Add(-1);
            s_runs.Record(seconds, Tag("easyquant.state", data.GetTagItem("easyquant.state") ?? "UNKNOWN"));
        }
        else if (data.OperationName.StartsWith("node ", StringComparison.Ordinal))
        {
            s_steps.Record(seconds, Tag("easyquant.node_type", data.OperationName["node ".Length..]), Outcome(data));
        }
        else if (data.GetTagItem("rpc.method") is string method)
        {
            Histogram<double> calls = data.Kind == ActivityKind.Server ? s_served : s_called;
            calls.Record(
                seconds, Tag("rpc.system", "grpc"), Tag("rpc.service", data.GetTagItem("rpc.service")), Tag("rpc.method", method),
                Tag("rpc.grpc.status_code", data.GetTagItem("rpc.grpc.status_code")));
        }
        else if (MessageMeasure.Of(data) is { } measure)
        {
            Record(measure, 1, seconds);
        }
    }

    /// <summary>Records messages that are told apart by nothing else.</summary>
    /// <param name="measure">What they have in common.</param>
    /// <param name="count">How many.</param>
    /// <param name="seconds">What they took together.</param>
    public static void Record(MessageMeasure measure, long count, double seconds)
    {
        ReadOnlySpan<KeyValuePair<string, object?>> tags =
        [
            Tag("messaging.system", measure.System), Tag("messaging.operation.name", measure.Operation), Tag("messaging.destination.name", measure.Destination),
            Tag("easyquant.outcome", measure.IsError ? "error" : "ok"),
        ];
        if (measure.IsSent)
        {
            s_sent.Add(count, tags);
            return;
        }

        for (long i = 0; i < count; i++)
        {
            s_processed.Record(seconds / count, tags);
        }
    }

    private static bool IsRun(Activity data) =>
        data.Kind == ActivityKind.Consumer && data.OperationName.StartsWith("run ", StringComparison.Ordinal) && data.Source.Name.StartsWith("EasyQuant.", StringComparison.Ordinal);

    private static KeyValuePair<string, object?> Outcome(Activity data) => Tag("easyquant.outcome", data.Status == ActivityStatusCode.Error ? "error" : "ok");

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
