using System.Net;
using System.Text.Json;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>Traces as the dashboard has received them.</summary>
internal sealed class DashboardTraces : IDisposable
{
    private const string Advice =
        "The Aspire dashboard does not run. './run.sh' installs it from npm (@microsoft/aspire-cli-linux-x64) into its default data directory, where this test "
        + "finds it; or install the Aspire CLI (https://aspire.dev) and run 'aspire setup'; or set ASPIRE_DASHBOARD_PATH to its program aspire-managed.";

    private readonly HttpClient _dashboard;

    private DashboardTraces(string frontend, string key)
    {
        Frontend = frontend;
        _dashboard = new HttpClient { BaseAddress = new Uri(frontend) };
        _dashboard.DefaultRequestHeaders.Add("x-api-key", key);
    }

    /// <summary>Address of the dashboard.</summary>
    public string Frontend { get; }

    public static async Task<DashboardTraces> OpenAsync(PlatformFixture platform, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> endpoints = await platform.Host.EndpointsAsync(cancellationToken);
        Assert.True(endpoints.ContainsKey("DASHBOARD_API_KEY"), Advice);
        return new DashboardTraces(new Uri(endpoints["DASHBOARD_URL"]).GetLeftPart(UriPartial.Authority), endpoints["DASHBOARD_API_KEY"]);
    }

    /// <summary>Reads a trace until it holds what is awaited and no span hangs under one that has not come.</summary>
    public async Task<IReadOnlyList<TraceSpan>> WaitAsync(string traceId, string awaited, Func<List<TraceSpan>, bool> isComplete, CancellationToken cancellationToken)
    {
        List<TraceSpan> spans = [];
        await Poll.UntilAsync(
            $"trace {traceId} with {awaited}",
            async () =>
            {
                spans = await ReadAsync(traceId, cancellationToken);
                HashSet<string> ids = [.. spans.Select(span => span.SpanId)];
                string[] orphans = [.. spans.Where(span => span.ParentId.Length > 0 && !ids.Contains(span.ParentId)).Select(span => span.Name)];
                string seen = string.Join(", ", spans.Select(span => $"{span.Service}: {span.Name}").Distinct());
                return (orphans.Length == 0 && isComplete(spans), $"{spans.Count} spans: {seen}; without their parents: {string.Join(", ", orphans.Distinct())}");
            },
            cancellationToken);
        return spans;
    }

    /// <summary>Reads a page of the API.</summary>
    public Task<string> ReadTextAsync(string path, CancellationToken cancellationToken) =>
        _dashboard.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken);

    public void Dispose() => _dashboard.Dispose();

    private async Task<List<TraceSpan>> ReadAsync(string traceId, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _dashboard.GetAsync($"/api/telemetry/traces/{traceId}", cancellationToken);
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
