using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Data;

/// <summary>
/// Tables as a JSON array of row objects: Float64 and Int64 as numbers, decimals as strings (<c>"12.3400"</c>), dates as <c>"2024-01-31"</c>,
/// instants as <c>"2024-01-31T01:30:00.000000Z"</c>, missing values as null.
/// </summary>
public static class TableJson
{
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Writes the rows [offset, offset + count) as an array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the table.</exception>
    public static void WriteRows(Utf8JsonWriter writer, Table table, int offset, int count)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Table rows = table.Slice(offset, count);
        JsonEncodedText[] names = [.. rows.Columns.Select(c => JsonEncodedText.Encode(c.Name))];
        writer.WriteStartArray();
        for (int row = 0; row < rows.RowCount; row++)
        {
            writer.WriteStartObject();
            for (int c = 0; c < names.Length; c++)
            {
                writer.WritePropertyName(names[c]);
                WriteValue(writer, rows.Columns[c], row);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Returns the UTF-8 JSON of all rows.</summary>
    public static byte[] ToUtf8(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            WriteRows(writer, table, 0, table.RowCount);
        }

        return stream.ToArray();
    }

    /// <summary>Returns all rows as JSON nodes.</summary>
    public static JsonArray ToRows(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        var rows = new JsonArray();
        for (int row = 0; row < table.RowCount; row++)
        {
            var item = new JsonObject();
            foreach (Column column in table.Columns)
            {
                item[column.Name] = ToNode(column, row);
            }

            rows.Add((JsonNode)item);
        }

        return rows;
    }

    /// <summary>Reads rows under a schema. A property that a row lacks is missing; a property outside the schema is an error.</summary>
    /// <exception cref="FormatException">A row is no object, has an unknown property or a value of another type; the message names row and column.</exception>
    public static Table FromRows(JsonArray rows, IReadOnlyList<ColumnSchema> schema)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var builder = new TableBuilder(schema);
        for (int row = 0; row < rows.Count; row++)
        {
            JsonObject item = RowObject(rows, row);
            int found = 0;
            for (int c = 0; c < schema.Count; c++)
            {
                found += item.TryGetPropertyValue(schema[c].Name, out JsonNode? node) ? 1 : 0;
                Append(builder[c], node, row);
            }

            if (found != item.Count)
            {
                string extra = item.First(p => schema.All(s => !string.Equals(s.Name, p.Key, StringComparison.Ordinal))).Key;
                throw new FormatException($"Row {row} has a property `{extra}` that is no column; columns: {string.Join(", ", schema.Select(s => s.Name))}.");
            }
        }

        return builder.Build();
    }

    /// <summary>
    /// Reads rows without a schema. Columns come in the order in which they first appear: true/false become Bool, numbers that are all
    /// 64-bit integers Int64, other numbers Float64, texts String; a column of nulls only is String.
    /// </summary>
    /// <exception cref="FormatException">A row is no object, or a column mixes types or holds an object or array.</exception>
    public static Table FromRows(JsonArray rows) => FromRows(rows, TableJsonInference.Infer(rows));

    internal static JsonObject RowObject(JsonArray rows, int row) =>
        rows[row] as JsonObject ?? throw new FormatException($"Row {row} is {rows[row]?.GetValueKind().ToString() ?? "null"}, expected an object.");

    private static void WriteValue(Utf8JsonWriter writer, Column column, int row)
    {
        if (column.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }

        switch (column)
        {
            case Float64Column c when double.IsInfinity(c.Values[row]):
                throw new FormatException($"Row {row}, column `{c.Name}`: JSON has no infinity.");
            case Float64Column c: writer.WriteNumberValue(c.Values[row]); break;
            case Int64Column c: writer.WriteNumberValue(c.Values[row]); break;
            case BoolColumn c: writer.WriteBooleanValue(c.Values[row]); break;
            case StringColumn c: writer.WriteStringValue(c.GetUtf8(row)); break;
            default: writer.WriteStringValue(ToText(column, row)); break;
        }
    }

    private static JsonValue? ToNode(Column column, int row) => column.IsNull(row) ? null : column switch
    {
        Float64Column c when double.IsInfinity(c.Values[row]) => throw new FormatException($"Row {row}, column `{c.Name}`: JSON has no infinity."),
        Float64Column c => JsonValue.Create(c.Values[row]),
        Int64Column c => JsonValue.Create(c.Values[row]),
        BoolColumn c => JsonValue.Create(c.Values[row]),
        StringColumn c => JsonValue.Create(c.GetString(row)),
        _ => JsonValue.Create(ToText(column, row)),
    };

    /// <summary>The invariant text of a decimal, date or instant.</summary>
    internal static string ToText(Column column, int row) => column.GetValue(row) switch
    {
        decimal v => v.ToString(CultureInfo.InvariantCulture),
        DateOnly v => v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime v => v.ToString(TimestampFormat, CultureInfo.InvariantCulture),
        var v => Convert.ToString(v, CultureInfo.InvariantCulture) ?? "",
    };

    private static void Append(ColumnBuilder builder, JsonNode? node, int row)
    {
        if (node is null)
        {
            builder.AppendNull();
            return;
        }

        bool isRead = node is JsonValue value && builder.Schema.Type switch
        {
            ColumnType.Float64 => AppendNumber(builder, value),
            ColumnType.Int64 => AppendInteger(builder, value),
            ColumnType.Bool => AppendBool(builder, value),
            _ => value.GetValueKind() == JsonValueKind.String && AppendText(builder, value.GetValue<string>()),
        };
        if (!isRead)
        {
            throw new FormatException($"Row {row}, column `{builder.Schema.Name}`: {node.ToJsonString()} is not a value of type {builder.Schema.Type}.");
        }
    }

    private static bool AppendText(ColumnBuilder builder, string text)
    {
        switch (builder.Schema.Type)
        {
            case ColumnType.String:
                builder.Append(text);
                return true;
            case ColumnType.Decimal when decimal.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out decimal number)
                && DecimalUnits.TryFromDecimal(number, builder.Schema.Scale, out long units):
                builder.AppendRaw(units);
                return true;
            case ColumnType.Date when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day):
                builder.Append(day);
                return true;
            case ColumnType.Timestamp when DateTime.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out DateTime instant):
                builder.Append(instant);
                return true;
            default:
                return false;
        }
    }

    // A number node built in memory converts only to its own type; its JSON text reads as any.
    private static bool AppendInteger(ColumnBuilder builder, JsonValue value)
    {
        if (value.GetValueKind() != JsonValueKind.Number
            || !long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return false;
        }

        builder.Append(number);
        return true;
    }

    private static bool AppendNumber(ColumnBuilder builder, JsonValue value)
    {
        if (value.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        builder.Append(double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture));
        return true;
    }

    private static bool AppendBool(ColumnBuilder builder, JsonValue value)
    {
        if (value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            return false;
        }

        builder.Append(value.GetValueKind() == JsonValueKind.True);
        return true;
    }
}
