using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Samples.Demo;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>One trace from the HTTP request through gRPC, outbox, brokers and Runner to every node and back, read from the dashboard.</summary>
[Collection(PlatformCollection.Name)]
public sealed class TraceTests(PlatformFixture platform)
{
    private const int Producer = 4;
    private const int Consumer = 5;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Trace_OfARunStartedByHttp_HoldsEveryServiceAndNode()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using DashboardTraces dashboard = await DashboardTraces.OpenAsync(platform, deadline.Token);
        JsonElement run = await new RestRuns(platform).RunAsync("daily-pipeline", [], deadline.Token);
        Assert.Equal("RUN_STATE_SUCCEEDED", run.GetProperty("state").GetString());
        string traceId = run.GetProperty("traceId").GetString()!;
        Assert.Matches("^[0-9a-f]{32}$", traceId);
        Assert.Equal($"{dashboard.Frontend}/traces/detail/{traceId}", run.GetProperty("traceUrl").GetString());
        HashSet<string> nodes = [.. JsonNode.Parse(SampleData.ReadWorkflow("daily-pipeline"))!["nodes"]!.AsArray().Select(n => (string)n!["id"]!)];

        IReadOnlyList<TraceSpan> spans = await dashboard.WaitAsync(
            traceId, $"gateway, workflow, runner, the stored end and the nodes {string.Join(", ", nodes)}", all => IsComplete(all, nodes), deadline.Token);

        Assert.All(spans, span => Assert.Equal(traceId, span.TraceId));
        TraceSpan root = Assert.Single(spans, span => span.ParentId.Length == 0);
        Assert.Equal("gateway", root.Service);
        Assert.Contains("POST", root.Name, StringComparison.Ordinal);
        string runId = run.GetProperty("runId").GetString()!;
        Dictionary<string, TraceSpan> byId = spans.ToDictionary(span => span.SpanId);
        TraceSpan[] below = [.. spans.Where(span => IsBelow(span, "run daily-pipeline", byId))];
        Assert.All(below, span => Assert.True(span.RunId == runId, $"{span.Service}: {span.Name} has run id '{span.RunId}'"));
        Assert.Contains(below, span => span.Of("db.system.name") == "postgresql" && span.Service == "runner");
        TraceSpan execution = Assert.Single(spans, span => span.Name == "run daily-pipeline");
        TraceSpan[] stored = [.. below.Where(span => span.Service == "workflow" && span.Name == "store report")];
        Assert.All(stored, span => Assert.Equal((execution.SpanId, Consumer), (span.ParentId, span.Kind)));
        Assert.Subset(ReportedSteps(stored), nodes);
    }

    [Fact]
    public async Task Trace_OfAProcessGroup_GoesOnWithTheReadersOfItsTopic()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        using DashboardTraces dashboard = await DashboardTraces.OpenAsync(platform, deadline.Token);
        using HttpClient rest = platform.Rest();
        await StoreGroupAsync(rest, deadline.Token);
        (string traceId, int chunkCount) = await StartGroupAsync(rest, deadline.Token);
        Assert.NotEqual(0, chunkCount);

        IReadOnlyList<TraceSpan> spans = await dashboard.WaitAsync(
            traceId,
            $"{chunkCount} chunks that were sent and processed, each with a statement",
            all => all.Count(IsSend) >= chunkCount && all.Count(IsProcess) >= chunkCount && all.Where(IsProcess).All(one => all.Any(statement => IsStatementOf(one, statement))),
            deadline.Token);

        // The readers are child processes, which send no metrics: their Runner counts for them.
        string topic = spans.First(IsProcess).Of("messaging.destination.template");
        await Poll.UntilAsync(
            $"{chunkCount} measured chunks of {topic}",
            () => Task.FromResult((
                platform.Metrics.CountOf("messaging.process.duration", topic) >= chunkCount,
                $"{platform.Metrics.CountOf("messaging.process.duration", topic)} are measured")),
            deadline.Token);

        Dictionary<string, TraceSpan> byId = spans.ToDictionary(span => span.SpanId);
        Assert.All(spans.Where(IsProcess), span =>
        {
            TraceSpan sender = byId[span.ParentId];
            Assert.True(IsSend(sender), $"a chunk was processed under '{sender.Name}'");
            Assert.Equal(("runner", sender.Of("messaging.message.id"), sender.Of("messaging.destination.name")), (span.Service, span.Of("messaging.message.id"), span.Of("messaging.destination.name")));
            Assert.NotEqual("", sender.RunId);
            Assert.NotEqual("", span.RunId);
            Assert.NotEqual(sender.RunId, span.RunId);
            Assert.All(spans.Where(statement => IsStatementOf(span, statement)), statement => Assert.Equal(span.RunId, statement.RunId));
        });
    }

    private static bool IsSend(TraceSpan span) => span.Kind == Producer && span.Of("messaging.destination.template").Length > 0;

    private static bool IsProcess(TraceSpan span) => span.Kind == Consumer && span.Of("messaging.destination.template").Length > 0;

    private static bool IsStatementOf(TraceSpan process, TraceSpan span) => span.ParentId == process.SpanId && span.Of("db.system.name") == "postgresql";

    private static bool IsBelow(TraceSpan span, string name, Dictionary<string, TraceSpan> byId) =>
        span.Name == name || (byId.TryGetValue(span.ParentId, out TraceSpan? parent) && IsBelow(parent, name, byId));

    private static HashSet<string> ReportedSteps(IEnumerable<TraceSpan> stored) =>
        [.. stored.SelectMany(span => span.Of("easyquant.step_ids").Split(',').Append(span.StepId)).Where(id => id.Length > 0)];

    private static bool IsComplete(List<TraceSpan> spans, HashSet<string> nodes) =>
        new[] { "gateway", "workflow", "runner" }.All(service => spans.Any(span => span.Service == service))
        && nodes.IsSubsetOf(spans.Where(span => span.Service == "runner").Select(span => span.StepId))
        && nodes.IsSubsetOf(ReportedSteps(spans.Where(span => span.Name == "store report")))
        && spans.Any(span => span.Service == "workflow" && span.Name.StartsWith("publish ", StringComparison.Ordinal))
        && spans.Any(span => span.Service == "runner" && span.Name.StartsWith("process ", StringComparison.Ordinal))
        && spans.Any(span => span.Service == "runner" && span.Name == "run daily-pipeline")
        && spans.Any(span => span.Name == "store report" && span.Of("easyquant.state") == "Succeeded")
        && spans.Any(span => span.ParentId.Length == 0);

    private async Task StoreGroupAsync(HttpClient rest, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(platform.Host.DataDirectory, "files", "files", "default", "traced");
        Directory.CreateDirectory(folder);
        for (int file = 0; file < 4; file++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{file}.csv"), $"symbol,date,open,high,low,close,volume,amount\n60000{file}.SH,2024-01-02,10,11,9,10,1000,10500\n", cancellationToken);
        }

        JsonObject definition = new()
        {
            ["schema"] = "easyquant/groups/1",
            ["name"] = "traced",
            ["mqType"] = "rabbitmq",
            ["topics"] = new JsonArray(new JsonObject { ["name"] = "bars" }),
            ["groups"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "readers", ["replicas"] = 1, ["shards"] = 2, ["outputQueue"] = "bars",
                    ["nodes"] = new JsonArray(new JsonObject { ["id"] = "load", ["type"] = "CsvLoader", ["params"] = new JsonObject { ["path"] = "traced/*.csv" } }),
                },
                new JsonObject
                {
                    ["id"] = "savers", ["replicas"] = 1, ["inputQueue"] = "bars", ["placement"] = "processes",
                    ["nodes"] = new JsonArray(new JsonObject
                    {
                        ["id"] = "save", ["type"] = "DbSave", ["params"] = new JsonObject { ["table"] = "traced", ["mode"] = "append" },
                    }),
                }),
        };
        using HttpResponseMessage stored = await rest.PostAsJsonAsync("/api/v1/process-schedulers", new JsonObject { ["definition"] = definition }, cancellationToken);
        Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Starts the group, waits for its end and returns the trace of its first run, and the chunks that went through.</summary>
    private async Task<(string TraceId, int ChunkCount)> StartGroupAsync(HttpClient rest, CancellationToken cancellationToken)
    {
        using HttpResponseMessage accepted = await rest.PostAsJsonAsync("/api/v1/process-schedulers/traced/run", new JsonObject(), cancellationToken);
        string text = await accepted.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(accepted.IsSuccessStatusCode, text);
        string startId = JsonElement.Parse(text).GetProperty("start").GetProperty("startId").GetString()!;
        JsonElement start = default;
        var runs = new RestRuns(platform);
        await Poll.UntilAsync(
            $"the end of start {startId}",
            async () =>
            {
                start = (await runs.GetAsync($"/api/v1/group-starts/{startId}", cancellationToken)).GetProperty("start");
                string state = start.GetProperty("state").GetString()!;
                return (state is "START_STATE_SUCCEEDED" or "START_STATE_FAILED" or "START_STATE_STOPPED", start.ToString());
            },
            cancellationToken);
        Assert.True(start.GetProperty("state").GetString() == "START_STATE_SUCCEEDED", start.ToString());
        string runId = start.GetProperty("groups")[0].GetProperty("runs")[0].GetProperty("runId").GetString()!;
        JsonElement run = (await runs.GetAsync($"/api/v1/runs/{runId}", cancellationToken)).GetProperty("run");
        string chunks = start.GetProperty("groups")[1].GetProperty("sums").GetProperty("chunkCount").GetString()!;
        return (run.GetProperty("traceId").GetString()!, int.Parse(chunks, CultureInfo.InvariantCulture));
    }
}
