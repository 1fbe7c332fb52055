using System.Buffers;
using System.Globalization;
using System.Text.Json;
using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Rows as JSON that any program reads; int64 as strings, so that JavaScript keeps all digits.</summary>
internal sealed class JsonChunkCodec : IChunkCodec
{
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public ChunkEncoding Encoding => ChunkEncoding.Json;

    public void Encode(Table table, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteStartArray("columns");
        foreach (ColumnSchema column in table.Schema)
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", ColumnTypeNames.Of(column.Type));
            if (column.Type == ColumnType.Decimal)
            {
                writer.WriteNumber("scale", column.Scale);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("rows");
        for (int row = 0; row < table.RowCount; row++)
        {
            writer.WriteStartArray();
            foreach (Column column in table.Columns)
            {
                Write(writer, column, row);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public Table Decode(ReadOnlyMemory<byte> payload, ChunkLimits limits)
    {
        try
        {
            var reader = new Utf8JsonReader(payload.Span, new JsonReaderOptions { MaxDepth = 8 });
            Expect(ref reader, JsonTokenType.StartObject, "an object");
            ExpectProperty(ref reader, "columns");
            TableBuilder builder = ColumnTypeNames.Builder(ReadColumns(ref reader, limits));
            ExpectProperty(ref reader, "rows");
            ReadRows(ref reader, builder, limits);
            Expect(ref reader, JsonTokenType.EndObject, "the end of the object");
            return reader.Read() ? throw Wrong("there is something behind the object") : ColumnTypeNames.Build(builder);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            throw Wrong(exception.Message);
        }
    }

    private static void Write(Utf8JsonWriter writer, Column column, int row)
    {
        if (column.IsNull(row))
        {
            writer.WriteNullValue();
            return;
        }

        switch (column)
        {
            case Float64Column c when double.IsInfinity(c.Values[row]): writer.WriteStringValue(c.Values[row] > 0 ? "Infinity" : "-Infinity"); break;
            case Float64Column c: writer.WriteNumberValue(c.Values[row]); break;
            case Int64Column c: writer.WriteStringValue(c.Values[row].ToString(CultureInfo.InvariantCulture)); break;
            case BoolColumn c: writer.WriteBooleanValue(c.Values[row]); break;
            case StringColumn c: writer.WriteStringValue(c.GetUtf8(row)); break;
            default: writer.WriteStringValue(Text(column, row)); break;
        }
    }

    private static string Text(Column column, int row)
    {
        try
        {
            return column.GetValue(row) switch
            {
                decimal v => v.ToString(CultureInfo.InvariantCulture),
                DateOnly v => v.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                DateTime v => v.ToString(TimestampFormat, CultureInfo.InvariantCulture),
                var v => throw new InvalidOperationException($"A {column.Type} column gave {v}."),
            };
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or OverflowException)
        {
            throw new ChunkException(ChunkException.ValueUnwritable, $"Column `{column.Name}`, row {row}: the {column.Type} is outside the years 1 to 9999, which JSON has no form for.");
        }
    }

    private static List<ColumnSchema> ReadColumns(ref Utf8JsonReader reader, ChunkLimits limits)
    {
        Expect(ref reader, JsonTokenType.StartArray, "an array of columns");
        var columns = new List<ColumnSchema>();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? name = null;
            string? type = null;
            long scale = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string property = reader.GetString() ?? "";
                reader.Read();
                switch (property)
                {
                    case "name": name = reader.GetString(); break;
                    case "type": type = reader.GetString(); break;
                    case "scale": scale = reader.GetInt64(); break;
                    default: throw Wrong($"a column has the unknown property `{property}`");
                }
            }

            columns.Add(ColumnTypeNames.Schema(name, type, scale));
            if (columns.Count > limits.ColumnsMax)
            {
                throw ColumnTypeNames.TooMany("columns", columns.Count, limits.ColumnsMax);
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? columns : throw Wrong($"the columns hold a {reader.TokenType}");
    }

    private static void ReadRows(ref Utf8JsonReader reader, TableBuilder builder, ChunkLimits limits)
    {
        Expect(ref reader, JsonTokenType.StartArray, "an array of rows");
        int row = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            if (row == limits.RowsMax)
            {
                throw ColumnTypeNames.TooMany("rows", row + 1L, limits.RowsMax);
            }

            for (int c = 0; c < builder.ColumnCount; c++)
            {
                reader.Read();
                Append(ref reader, builder[c], row);
            }

            Expect(ref reader, JsonTokenType.EndArray, $"the end of row {row} after {builder.ColumnCount} values");
            row++;
        }

        if (reader.TokenType != JsonTokenType.EndArray)
        {
            throw Wrong($"the rows hold a {reader.TokenType}");
        }

        if (builder.ColumnCount == 0 && row > 0)
        {
            throw Wrong($"there are {row} rows and no column");
        }
    }

    private static void Append(ref Utf8JsonReader reader, ColumnBuilder builder, int row)
    {
        ColumnType type = builder.Schema.Type;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                builder.AppendNull();
                return;
            case JsonTokenType.Number when type == ColumnType.Float64:
                builder.Append(reader.GetDouble());
                return;
            case JsonTokenType.Number when type == ColumnType.Int64:
                builder.Append(reader.GetInt64());
                return;
            case JsonTokenType.True or JsonTokenType.False when type == ColumnType.Bool:
                builder.Append(reader.GetBoolean());
                return;
            case JsonTokenType.String when TryAppend(builder, reader.GetString() ?? ""):
                return;
            default:
                throw Wrong($"row {row}, column `{builder.Schema.Name}`: a {reader.TokenType} is not a value of type {ColumnTypeNames.Of(type)}");
        }
    }

    private static bool TryAppend(ColumnBuilder builder, string text)
    {
        switch (builder.Schema.Type)
        {
            case ColumnType.String:
                builder.Append(text);
                return true;
            case ColumnType.Float64 when text is "Infinity" or "-Infinity":
                builder.Append(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
                return true;
            case ColumnType.Int64 when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number):
                builder.Append(number);
                return true;
            case ColumnType.Decimal when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
                && DecimalUnits.TryFromDecimal(value, builder.Schema.Scale, out long units):
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

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw Wrong($"expected {what} at byte {reader.TokenStartIndex}, found {reader.TokenType}");
        }
    }

    private static void ExpectProperty(ref Utf8JsonReader reader, string name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(name))
        {
            throw Wrong($"expected the property `{name}` at byte {reader.TokenStartIndex}; columns come before rows");
        }
    }

    private static ChunkException Wrong(string what) => new(ChunkException.Corrupt, $"The payload is no JSON chunk: {what}.");
}
