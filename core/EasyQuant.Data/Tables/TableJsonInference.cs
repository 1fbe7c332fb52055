using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Data;

internal static class TableJsonInference
{
    public static IReadOnlyList<ColumnSchema> Infer(JsonArray rows)
    {
        var order = new List<string>();
        var types = new Dictionary<string, ColumnType?>(StringComparer.Ordinal);
        for (int row = 0; row < rows.Count; row++)
        {
            foreach ((string name, JsonNode? node) in TableJson.RowObject(rows, row))
            {
                if (types.TryAdd(name, null))
                {
                    order.Add(name);
                }

                types[name] = Widen(types[name], node, row, name);
            }
        }

        return [.. order.Select(n => new ColumnSchema(n, types[n] ?? ColumnType.String))];
    }

    private static ColumnType? Widen(ColumnType? known, JsonNode? node, int row, string name)
    {
        if (node is null)
        {
            return known;
        }

        ColumnType found = node.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => ColumnType.Bool,
            JsonValueKind.String => ColumnType.String,
            JsonValueKind.Number when long.TryParse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => ColumnType.Int64,
            JsonValueKind.Number => ColumnType.Float64,
            var kind => throw new FormatException($"Row {row}, column `{name}`: a table cell cannot hold an {kind}."),
        };
        return known switch
        {
            null => found,
            _ when known == found => found,
            ColumnType.Int64 or ColumnType.Float64 when found is ColumnType.Int64 or ColumnType.Float64 => ColumnType.Float64,
            _ => throw new FormatException($"Row {row}, column `{name}`: {found} after {known}."),
        };
    }
}
