using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>JSON form of a reference to a panel on disk, as PanelSave gives it: <c>{"dataset", "interval", "version"}</c> and counts.</summary>
/// <param name="Dataset">Data set.</param>
/// <param name="Interval">Length of the bars.</param>
/// <param name="Version">Version, from 1.</param>
internal sealed record PanelReference(string Dataset, PanelInterval Interval, long Version)
{
    /// <summary>Reads a reference; false when the JSON is no reference to a panel.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>: it names a data set and is damaged.</exception>
    public static bool TryRead(JsonNode? node, [NotNullWhen(true)] out PanelReference? reference)
    {
        reference = null;
        if (node is not JsonObject json || !json.ContainsKey("dataset"))
        {
            return false;
        }

        reference = json["dataset"] is JsonValue name && name.TryGetValue(out string? dataset) && PanelBuilder.IsDataset(dataset)
            && json["interval"] is JsonValue text && text.TryGetValue(out string? length) && PanelInterval.TryParse(length, out PanelInterval interval)
            && json["version"] is JsonValue number && number.GetValueKind() == JsonValueKind.Number && long.TryParse(number.ToJsonString(), out long version) && version is >= 1 and <= 99_999_999
            ? new PanelReference(dataset, interval, version)
            : throw new NodeException("PARAMETER_TYPE", "'data' must be the reference that PanelSave gives: an object with dataset, interval and version.");
        return true;
    }
}
