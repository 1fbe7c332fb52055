using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>
/// The spans of one call that reports several runs: one for each report, in the trace of its run and linked to the call. They end together, because the
/// reports are stored together. Used by one caller at a time.
/// </summary>
internal sealed class ReportSpans : IDisposable
{
    private static readonly ActivitySource s_source = new("EasyQuant.WorkflowService");

    private readonly List<(int Index, Activity Span)> _spans = [];
    private readonly Activity? _call = Activity.Current;

    private ReportSpans()
    {
    }

    /// <summary>Starts the spans; the current one stays what it was. A report without a trace gets none.</summary>
    public static ReportSpans Start(IReadOnlyList<RunReport> reports)
    {
        var started = new ReportSpans();
        if (!s_source.HasListeners())
        {
            return started;
        }

        ActivityLink[] call = started._call is { } current ? [new ActivityLink(current.Context)] : [];
        for (int i = 0; i < reports.Count; i++)
        {
            if (ActivityContext.TryParse(reports[i].Traceparent, null, isRemote: true, out ActivityContext run)
                && s_source.StartActivity("store report", ActivityKind.Consumer, run, Tags(reports[i]), call) is { } span)
            {
                started._spans.Add((i, span));
            }

            Activity.Current = started._call;
        }

        return started;
    }

    /// <summary>Notes what became of the reports.</summary>
    public void Answer(IReadOnlyList<LeaseAnswer> answers)
    {
        foreach ((int index, Activity span) in _spans)
        {
            if (answers[index].Lost)
            {
                span.SetStatus(ActivityStatusCode.Error, "LEASE_LOST");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Activity span) in _spans)
        {
            span.Dispose();
        }

        Activity.Current = _call;
    }

    private static IEnumerable<KeyValuePair<string, object?>> Tags(RunReport report)
    {
        yield return new("easyquant.run_id", report.RunId);
        yield return new("easyquant.epoch", report.Epoch);
        if (report.Steps.Count == 1)
        {
            yield return new("easyquant.step_id", report.Steps[0].NodeId);
        }
        else if (report.Steps.Count > 1)
        {
            yield return new("easyquant.step_ids", string.Join(',', report.Steps.Select(step => step.NodeId)));
        }

        if (report.FinalState != RunState.Unspecified)
        {
            yield return new("easyquant.state", report.FinalState.ToString());
        }
    }
}
