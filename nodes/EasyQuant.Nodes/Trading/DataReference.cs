using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>JSON form of a reference to preloaded bars: <c>{"sha256", "byteCount", "rowCount"}</c>.</summary>
internal static class DataReference
{
    public static JsonObject Write(ArtifactRef artifact) => new()
    {
        ["sha256"] = artifact.Sha256,
        ["byteCount"] = artifact.ByteCount,
        ["rowCount"] = artifact.RowCount,
    };

    public static ArtifactRef Read(JsonNode? node)
    {
        if (node is JsonObject reference
            && reference["sha256"] is JsonValue hash
            && hash.TryGetValue(out string? sha256)
            && sha256.Length == 64
            && sha256.All(char.IsAsciiHexDigitLower)
            && Count(reference["byteCount"]) is { } bytes
            && Count(reference["rowCount"]) is { } rows)
        {
            return new ArtifactRef(sha256, bytes, rows);
        }

        throw new NodeException(
            "PARAMETER_TYPE", "'data' must be the reference that DataPreload gives: an object with sha256, byteCount and rowCount.");
    }

    private static long? Count(JsonNode? node) =>
        node?.GetValueKind() == JsonValueKind.Number && long.TryParse(node.ToJsonString(), out long value) && value >= 0 ? value : null;
}
