using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>What a worker must be to take a run; as text it is canonical JSON, so that equal wishes stand together in the queue.</summary>
/// <param name="First">Wish while the preferred worker or region is waited for; empty for any worker.</param>
/// <param name="Fallback">Wish afterwards.</param>
/// <param name="FallbackAfter">How long that is; null when both are equal.</param>
internal sealed record RunTarget(string First, string Fallback, TimeSpan? FallbackAfter)
{
    public static readonly RunTarget Any = new("", "", null);

    /// <summary>Builds the wishes of a run.</summary>
    public static RunTarget Create(
        string worker, string region, bool isRegionRequired, IEnumerable<KeyValuePair<string, string>> labels, TimeSpan fallbackAfter)
    {
        KeyValuePair<string, string>[] sorted = [.. labels.OrderBy(label => label.Key, StringComparer.Ordinal)];
        string first = Write(worker, region, sorted);
        string fallback = Write("", isRegionRequired ? region : "", sorted);
        return first == fallback ? new RunTarget(first, first, null)
            : fallbackAfter <= TimeSpan.Zero ? new RunTarget(fallback, fallback, null)
            : new RunTarget(first, fallback, fallbackAfter);
    }

    private static string Write(string worker, string region, KeyValuePair<string, string>[] labels)
    {
        var wish = new JsonObject();
        if (labels.Length > 0)
        {
            wish["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value))));
        }

        if (region.Length > 0)
        {
            wish["region"] = region;
        }

        if (worker.Length > 0)
        {
            wish["worker"] = worker;
        }

        return wish.Count == 0 ? "" : wish.ToJsonString(JsonSerializerOptions.Default);
    }
}
