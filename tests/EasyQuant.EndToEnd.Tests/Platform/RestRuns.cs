using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.EndToEnd;

/// <summary>Runs workflows the way a browser does: JSON and server-sent events.</summary>
public sealed class RestRuns(PlatformFixture platform)
{
    /// <summary>Starts a run, watches it to its end and reads it.</summary>
    /// <returns>The ended run; its history under <c>events</c> is checked to be without gaps.</returns>
    public async Task<JsonElement> RunAsync(string workflow, JsonObject inputs, CancellationToken cancellationToken)
    {
        using HttpClient rest = platform.Rest();
        JsonObject request = new()
        {
            ["runs"] = new JsonArray(new JsonObject
            {
                ["requestId"] = Guid.CreateVersion7().ToString(), ["workflowName"] = workflow, ["inputs"] = inputs.DeepClone(),
            }),
        };
        using HttpResponseMessage created = await rest.PostAsJsonAsync("/api/v1/runs", request, cancellationToken);
        JsonElement accepted = await ReadAsync(created, cancellationToken);
        string runId = accepted.GetProperty("runs")[0].GetProperty("runId").GetString()!;

        List<JsonElement> events = await WatchAsync(rest, runId, cancellationToken);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => $"{i}"), events.Select(e => e.GetProperty("sequence").GetString()));
        JsonElement answer = await GetAsync($"/api/v1/runs/{runId}", cancellationToken);
        return answer.GetProperty("run");
    }

    /// <summary>Reads a resource that must exist.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpClient rest = platform.Rest();
        using HttpResponseMessage response = await rest.GetAsync(path, cancellationToken);
        return await ReadAsync(response, cancellationToken);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.RequestMessage?.RequestUri}: {(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    private static async Task<List<JsonElement>> WatchAsync(HttpClient rest, string runId, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await rest.GetAsync(
            $"/api/v1/runs/{runId}:watch", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync(cancellationToken));
        List<JsonElement> events = [];
        string name = "message";
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                Assert.True(name is "message" or "end", $"Run {runId}: the stream ended with {name}: {line}");
                if (name == "end")
                {
                    return events;
                }

                events.Add(JsonElement.Parse(line[6..]).GetProperty("event"));
            }
        }

        throw new InvalidOperationException($"Run {runId}: the stream ended after {events.Count} events without an end event.");
    }
}
