using System.Collections.Concurrent;
using System.Diagnostics;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Services.Tests.Scheduler;
using EasyQuant.Testing;

namespace EasyQuant.Services.Tests.Workers;

/// <summary>The trace of a run on a worker that has nothing but its stream: what it says is below the work that says it, and Workflow's part below that.</summary>
public sealed class WorkerTraceTests(TestServersFixture fixture) : IClassFixture<TestServersFixture>
{
    private const string Item = """
        "inputs":[{"name":"n","type":"integer"}],"outputs":[{"name":"out","from":"map.value"}],"nodes":[{"id":"map","type":"JsonMap","params":{"value":"${inputs.n}"}}]
        """;

    private const string FanOut = """
        "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{"n":1},{"n":2}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"one","mode":"inline"}}],
        "edges":[{"from":"items.value","to":"batch.items"}]
        """;

    private static readonly string[] s_calls = ["OpenFanOut", "ReportItems", "Report"];

    private readonly CancellationToken _deadline = new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token;

    [Fact]
    public async Task Calls_ThroughTheStreamOfAWorker_HaveTheWorkAsTheirParent()
    {
        var spans = new ConcurrentQueue<Activity>();
        using ActivityListener listener = Listen(spans);
        await using WorkerPlatform platform = await WorkerPlatform.StartAsync(fixture.Servers, _deadline);
        await platform.AddAsync(await platform.StartWorkerAsync("traced", _deadline), "traced");
        await platform.Runner.CreateAsync("one", Item);
        await platform.Runner.CreateAsync("all", FanOut);

        Run run = await platform.Runner.WaitAsync((await platform.Runner.StartAsync("all")).RunId);

        Assert.True(run.State == RunState.Succeeded, $"{run.Error}");
        Assert.Equal((await platform.BecomesAsync("traced", _ => true))!.Registration.WorkerId, run.WorkerId);
        Activity[] trace = [];
        await Eventually.BecomesAsync(
            "the trace of the run",
            () => Task.FromResult(string.Join(", ", (trace = [.. spans.Where(span => span.TraceId.ToHexString() == run.TraceId)]).Select(span => span.OperationName))),
            _ => trace.Any(span => span.OperationName == "run all") && s_calls.All(call => IsServed(trace, call)),
            WorkerPlatform.Patience);

        Activity work = Assert.Single(trace, span => span.OperationName == "run all");
        Activity node = Assert.Single(trace, span => span.OperationName == "node BatchScheduler");
        Assert.Equal(work.SpanId, node.ParentSpanId);
        foreach (Activity call in Forwarded(trace, "OpenFanOut").Concat(Forwarded(trace, "ReportItems")))
        {
            Assert.Equal((node.SpanId, run.RunId, "batch"), (call.ParentSpanId, call.GetTagItem("easyquant.run_id"), call.GetTagItem("easyquant.step_id")));
        }

        foreach (Activity call in Forwarded(trace, "Report"))
        {
            Activity report = Assert.Single(trace, span => span.SpanId == call.ParentSpanId);
            Assert.Equal(("send reports", work.SpanId, run.RunId), (report.OperationName, report.ParentSpanId, call.GetTagItem("easyquant.run_id")));
        }

        Assert.All(
            s_calls.SelectMany(call => Forwarded(trace, call)).SelectMany(call => Below(trace, call)),
            span => Assert.True(run.RunId.Equals(span.GetTagItem("easyquant.run_id")), $"{span.DisplayName} has no run id"));
    }

    // The call of the Monitor, and below it what Workflow does, statements included.
    private static List<Activity> Below(Activity[] trace, Activity call)
    {
        HashSet<ActivitySpanId> below = [call.SpanId];
        List<Activity> found = [];
        for (bool isMore = true; isMore;)
        {
            Activity[] next = [.. trace.Where(span => below.Contains(span.ParentSpanId) && !below.Contains(span.SpanId))];
            isMore = next.Length > 0;
            found.AddRange(next);
            below.UnionWith(next.Select(span => span.SpanId));
        }

        return found;
    }

    // A server may end its span a little after the client has the answer, and the worker its own after that.
    private static bool IsServed(Activity[] trace, string call)
    {
        Activity[] calls = [.. Forwarded(trace, call)];
        return calls.Length > 0 && calls.All(one => trace.Any(span => span.SpanId == one.ParentSpanId) && Below(trace, one) is var below
            && below.Any(span => span.Kind == ActivityKind.Client && span.Source.Name == "Grpc.Net.Client") && below.Any(span => span.Kind == ActivityKind.Server));
    }

    private static IEnumerable<Activity> Forwarded(Activity[] trace, string call) => trace.Where(span => span.OperationName == "forward " + call);

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("EasyQuant.", StringComparison.Ordinal) || source.Name is "Grpc.Net.Client" or "System.Net.Http" or "Microsoft.AspNetCore" or "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
