using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>
/// Makes the result table of a fan-out: one row an item, in the order of the items, with the columns <c>item_index</c>, <c>item_state</c>,
/// <c>item_error</c>, then the item's own members, then the children's outputs (members of an object output become columns of their own). A name that exists
/// already is not written twice: the earlier one stays. A column with values of several kinds holds text. Rows become columns 1,024 at a time, as soon as these items have ended. Thread-safe.
/// </summary>
internal sealed class BatchTable
{
    private const int SegmentLength = 1_024;

    private readonly int _count;
    private readonly Lock _gate = new();
    private readonly JsonObject?[]?[] _open;
    private readonly int[] _filled;
    private readonly Table?[] _closed;

    public BatchTable(int count)
    {
        _count = count;
        int segments = (count + SegmentLength - 1) / SegmentLength;
        _open = new JsonObject?[]?[segments];
        _filled = new int[segments];
        _closed = new Table?[segments];
    }

    /// <summary>Sets the row of an item that has ended; each item once.</summary>
    public void Set(int index, JsonNode? input, ItemState state, string? reason, ChildRunResult? result)
    {
        var row = new JsonObject { ["item_index"] = index, ["item_state"] = BatchText.Of(state), ["item_error"] = reason };
        Add(row, "item", input);
        if (result is not null)
        {
            for (int output = 0; output < result.OutputNames.Count; output++)
            {
                if (result.Outputs[output].IsJson)
                {
                    Add(row, result.OutputNames[output], result.Outputs[output].AsJson());
                }
            }
        }

        (int segment, int place) = Math.DivRem(index, SegmentLength);
        JsonObject?[]? full = null;
        lock (_gate)
        {
            JsonObject?[] rows = _open[segment] ??= new JsonObject?[Math.Min(SegmentLength, _count - (segment * SegmentLength))];
            rows[place] = row;
            if (++_filled[segment] == rows.Length)
            {
                full = rows;
                _open[segment] = null;
            }
        }

        if (full is not null)
        {
            _closed[segment] = TableJson.FromRows(OneKindAColumn(full));
        }
    }

    /// <summary>Returns the table once every item is set.</summary>
    public Table Build()
    {
        if (_closed.Length == 0)
        {
            return Table.Empty;
        }

        if (_closed.Length == 1)
        {
            return _closed[0]!;
        }

        var builder = new TableBuilder(Union());
        for (int segment = 0; segment < _closed.Length; segment++)
        {
            Table part = _closed[segment]!;
            for (int c = 0; c < builder.ColumnCount; c++)
            {
                part.TryGetColumn(builder[c].Schema.Name, out Column? column);
                Append(builder[c], column, part.RowCount);
            }

            _closed[segment] = null;
        }

        return builder.Build();
    }

    private static void Append(ColumnBuilder target, Column? source, int rowCount)
    {
        for (int row = 0; row < rowCount; row++)
        {
            object? value = source is null || source.IsNull(row) ? null : source.GetValue(row);
            if (value is long whole && target.Schema.Type == ColumnType.Float64)
            {
                target.Append((double)whole);
            }
            else
            {
                target.AppendValue(value is null or string || target.Schema.Type != ColumnType.String ? value : Text(value));
            }
        }
    }

    // A column of nulls only has no type of its own; whole numbers widen.
    private List<ColumnSchema> Union()
    {
        var order = new List<string>();
        var types = new Dictionary<string, ColumnSchema?>(StringComparer.Ordinal);
        foreach (Column column in _closed.SelectMany(part => part!.Columns))
        {
            ColumnSchema? own = IsAllNull(column) ? null : column.Schema;
            if (!types.TryGetValue(column.Name, out ColumnSchema? known))
            {
                order.Add(column.Name);
                types[column.Name] = own;
            }
            else if (known is null)
            {
                types[column.Name] = own;
            }
            else if (own is not null && own.Type != known.Type)
            {
                bool isNumber = own.Type is ColumnType.Int64 or ColumnType.Float64 && known.Type is ColumnType.Int64 or ColumnType.Float64;
                types[column.Name] = new ColumnSchema(column.Name, isNumber ? ColumnType.Float64 : ColumnType.String);
            }
        }

        return [.. order.Select(name => types[name] ?? new ColumnSchema(name, ColumnType.String))];
    }

    // A column whose items gave values of several kinds becomes text: one odd item must not cost the results of all.
    private static JsonArray OneKindAColumn(JsonObject?[] rows)
    {
        var kinds = new Dictionary<string, JsonValueKind>(StringComparer.Ordinal);
        var mixed = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, JsonNode? value) in rows.SelectMany(row => row!))
        {
            if (value is not null && !kinds.TryAdd(name, Kind(value)) && kinds[name] != Kind(value))
            {
                mixed.Add(name);
            }
        }

        foreach (JsonObject? row in mixed.Count > 0 ? rows : [])
        {
            foreach (string name in mixed)
            {
                if (row!.TryGetPropertyValue(name, out JsonNode? value) && value is not null && value.GetValueKind() != JsonValueKind.String)
                {
                    row[name] = value.ToJsonString();
                }
            }
        }

        return [.. rows];
    }

    private static JsonValueKind Kind(JsonNode value) => value.GetValueKind() == JsonValueKind.False ? JsonValueKind.True : value.GetValueKind();

    private static string Text(object value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static bool IsAllNull(Column column)
    {
        for (int row = 0; row < column.Length; row++)
        {
            if (!column.IsNull(row))
            {
                return false;
            }
        }

        return true;
    }

    private static void Add(JsonObject row, string name, JsonNode? value)
    {
        if (value is JsonObject obj)
        {
            foreach ((string member, JsonNode? inner) in obj)
            {
                AddPlain(row, member, inner);
            }
        }
        else
        {
            AddPlain(row, name, value);
        }
    }

    // Lists and nested objects are written as JSON text: a column holds plain values.
    private static void AddPlain(JsonObject row, string name, JsonNode? value) =>
        row.TryAdd(name, value is JsonObject or JsonArray ? JsonValue.Create(value.ToJsonString()) : value?.DeepClone());
}
