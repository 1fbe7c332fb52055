using System.Text.Json;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>What items in child processes leave in the trace of their run and in the metrics of their Runner.</summary>
[Collection(PlatformCollection.Name)]
public sealed class ChildProcessTests(PlatformFixture platform)
{
    private const string Metric = "easyquant.item.ended";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Items_InChildProcesses_AreInTheTraceOfTheirRunAndCounted()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using DashboardTraces dashboard = await DashboardTraces.OpenAsync(platform, deadline.Token);
        long before = platform.Metrics.CountOf(Metric, "ok");
        JsonElement run = await ItemRuns.RunAsync(platform, "traced-items", deadline.Token);

        IReadOnlyList<TraceSpan> spans = await dashboard.WaitAsync(
            run.GetProperty("traceId").GetString()!,
            $"{ItemRuns.Count} items with their nodes below the fan-out",
            all => all.Count(IsItem) == ItemRuns.Count && all.Where(IsItem).All(item => all.Any(span => span.ParentId == item.SpanId)) && all.Any(IsFanOut),
            deadline.Token);

        string runId = run.GetProperty("runId").GetString()!;
        TraceSpan fanOut = Assert.Single(spans, IsFanOut);
        Assert.All(spans.Where(IsItem), item =>
        {
            Assert.Equal((fanOut.SpanId, "runner", runId, "batch"), (item.ParentId, item.Service, item.RunId, item.StepId));
            TraceSpan node = Assert.Single(spans, span => span.ParentId == item.SpanId);
            Assert.Equal(("node JsonMap", "runner", runId, "map"), (node.Name, node.Service, node.RunId, node.StepId));
        });
        Assert.Equal(ItemRuns.Count, spans.Where(IsItem).Select(item => item.Of("easyquant.item_path")).Distinct().Count());
        // At least: what a test before this one did may arrive late.
        await Poll.UntilAsync(
            $"{ItemRuns.Count} counted items",
            () => Task.FromResult((platform.Metrics.CountOf(Metric, "ok") - before >= ItemRuns.Count, $"{platform.Metrics.CountOf(Metric, "ok") - before} are counted")),
            deadline.Token);
    }

    private static bool IsItem(TraceSpan span) => span.Name == "item traced-items-one";

    private static bool IsFanOut(TraceSpan span) => span.Name == "node BatchScheduler";
}
