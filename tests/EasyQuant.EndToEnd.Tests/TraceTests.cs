using System.Net;
using System.Text.Json;
using EasyQuant.Samples.Demo;

namespace EasyQuant.EndToEnd;

/// <summary>One trace from the HTTP request through gRPC, outbox, broker and Runner to every node, read back from the dashboard.</summary>
[Collection(PlatformCollection.Name)]
public sealed class TraceTests(PlatformFixture platform)
{
    private const string Advice =
        "The Aspire dashboard does not run. './run.sh' installs it from npm (@microsoft/aspire-cli-linux-x64) into its default data directory, where this test "
        + "finds it; or install the Aspire CLI (https://aspire.dev) and run 'aspire setup'; or set ASPIRE_DASHBOARD_PATH to its program aspire-managed.";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Trace_OfARunStartedByHttp_HoldsEveryServiceAndNode()
    {
        using CancellationTokenSource deadline = new(s_deadline);
        IReadOnlyDictionary<string, string> endpoints = await platform.Host.EndpointsAsync(deadline.Token);
        Assert.True(endpoints.ContainsKey("DASHBOARD_API_KEY"), Advice);
        JsonElement run = await new RestRuns(platform).RunAsync("daily-pipeline", [], deadline.Token);
        Assert.Equal("RUN_STATE_SUCCEEDED", run.GetProperty("state").GetString());
        string traceId = run.GetProperty("traceId").GetString()!;
        Assert.Matches("^[0-9a-f]{32}$", traceId);
        string frontend = new Uri(endpoints["DASHBOARD_URL"]).GetLeftPart(UriPartial.Authority);
        Assert.Equal($"{frontend}/traces/detail/{traceId}", run.GetProperty("traceUrl").GetString());
        HashSet<string> nodes = [.. System.Text.Json.Nodes.JsonNode.Parse(SampleData.ReadWorkflow("daily-pipeline"))!["nodes"]!.AsArray().Select(n => (string)n!["id"]!)];

        using HttpClient dashboard = new() { BaseAddress = new Uri(frontend) };
        dashboard.DefaultRequestHeaders.Add("x-api-key", endpoints["DASHBOARD_API_KEY"]);
        List<TraceSpan> spans = [];
        await Poll.UntilAsync(
            $"trace {traceId} with gateway, workflow, runner and the nodes {string.Join(", ", nodes)}",
            async () =>
            {
                spans = await ReadAsync(dashboard, traceId, deadline.Token);
                string seen = string.Join(", ", spans.Select(s => $"{s.Service}: {s.Name}").Distinct());
                return (IsComplete(spans, nodes), $"{spans.Count} spans: {seen}");
            },
            deadline.Token);

        Assert.All(spans, span => Assert.Equal(traceId, span.TraceId));
        TraceSpan root = Assert.Single(spans, span => span.ParentId.Length == 0);
        Assert.Equal("gateway", root.Service);
        Assert.Contains("POST", root.Name, StringComparison.Ordinal);
        Dictionary<string, TraceSpan> byId = spans.ToDictionary(span => span.SpanId);
        Assert.All(spans.Where(span => span.ParentId.Length > 0), span => Assert.True(byId.ContainsKey(span.ParentId), $"{span.Service}: {span.Name} hangs under nothing"));
        string runId = run.GetProperty("runId").GetString()!;
        TraceSpan[] below = [.. spans.Where(span => IsBelow(span, "run daily-pipeline", byId))];
        Assert.True(below.Length > nodes.Count + 1, "no span below a node, such as a statement");
        Assert.All(below, span => Assert.True(span.RunId == runId, $"{span.Service}: {span.Name} has run id '{span.RunId}'"));
    }

    private static bool IsBelow(TraceSpan span, string name, Dictionary<string, TraceSpan> byId) =>
        span.Name == name || (byId.TryGetValue(span.ParentId, out TraceSpan? parent) && IsBelow(parent, name, byId));

    private static bool IsComplete(List<TraceSpan> spans, HashSet<string> nodes) =>
        new[] { "gateway", "workflow", "runner" }.All(service => spans.Any(span => span.Service == service))
        && nodes.IsSubsetOf(spans.Where(span => span.Service == "runner").Select(span => span.StepId))
        && spans.Any(span => span.Service == "workflow" && span.Name.StartsWith("publish ", StringComparison.Ordinal))
        && spans.Any(span => span.Service == "runner" && span.Name.StartsWith("process ", StringComparison.Ordinal))
        && spans.Any(span => span.Service == "runner" && span.Name == "run daily-pipeline")
        && spans.Any(span => span.ParentId.Length == 0)
        && spans.All(span => span.ParentId.Length == 0 || spans.Any(other => other.SpanId == span.ParentId));

    private static async Task<List<TraceSpan>> ReadAsync(HttpClient dashboard, string traceId, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await dashboard.GetAsync($"/api/telemetry/traces/{traceId}", cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"The dashboard answered {(int)response.StatusCode}: {text}");
        List<TraceSpan> spans = [];
        TraceSpan.Collect(JsonElement.Parse(text), spans);
        return spans;
    }
}
