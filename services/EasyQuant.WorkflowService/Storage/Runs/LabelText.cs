using System.Text.Json;
using Google.Protobuf.Collections;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Labels in a column: a JSON object with sorted keys, or nothing.</summary>
internal static class LabelText
{
    public static string Write(MapField<string, string> labels) =>
        labels.Count == 0 ? "" : JsonSerializer.Serialize(new SortedDictionary<string, string>(labels, StringComparer.Ordinal));

    public static void ReadInto(string text, MapField<string, string> labels)
    {
        if (text.Length > 0)
        {
            labels.Add(JsonSerializer.Deserialize<Dictionary<string, string>>(text)!);
        }
    }
}
