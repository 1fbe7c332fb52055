using System.Buffers;
using EasyQuant.Data;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Rows as MessagePack: <c>{"columns": [{name, type, scale}], "rows": [[...]]}</c>, columns first.</summary>
internal sealed class MsgpackChunkCodec : IChunkCodec
{
    public ChunkEncoding Encoding => ChunkEncoding.Msgpack;

    public void Encode(Table table, IBufferWriter<byte> output)
    {
        var writer = new MsgpackWriter(output);
        writer.Map(2);
        writer.Text("columns");
        writer.Array(table.Columns.Count);
        foreach (ColumnSchema column in table.Schema)
        {
            writer.Map(3);
            writer.Text("name");
            writer.Text(column.Name);
            writer.Text("type");
            writer.Text(ColumnTypeNames.Of(column.Type));
            writer.Text("scale");
            writer.Int(column.Scale);
        }

        writer.Text("rows");
        writer.Array(table.RowCount);
        for (int row = 0; row < table.RowCount; row++)
        {
            writer.Array(table.Columns.Count);
            foreach (Column column in table.Columns)
            {
                Write(writer, column, row);
            }
        }
    }

    public Table Decode(ReadOnlyMemory<byte> payload, ChunkLimits limits)
    {
        var reader = new MsgpackReader(payload.Span);
        if (reader.Map() != 2)
        {
            throw MsgpackReader.Wrong("it is not a map of columns and rows");
        }

        Expect(ref reader, "columns");
        var schema = new ColumnSchema[Bounded(reader.Array(), limits.ColumnsMax, "columns")];
        for (int c = 0; c < schema.Length; c++)
        {
            schema[c] = ReadColumn(ref reader);
        }

        TableBuilder builder = ColumnTypeNames.Builder(schema);
        Expect(ref reader, "rows");
        int rowCount = Bounded(reader.Array(), limits.RowsMax, "rows");
        if (schema.Length == 0 && rowCount > 0)
        {
            throw MsgpackReader.Wrong($"there are {rowCount} rows and no column");
        }

        for (int row = 0; row < rowCount; row++)
        {
            int count = reader.Array();
            if (count != schema.Length)
            {
                throw MsgpackReader.Wrong($"row {row} has {count} values for {schema.Length} columns");
            }

            for (int c = 0; c < schema.Length; c++)
            {
                Append(ref reader, builder[c], row);
            }
        }

        return reader.IsAtEnd ? ColumnTypeNames.Build(builder) : throw MsgpackReader.Wrong("there is something behind the rows");
    }

    private static void Write(MsgpackWriter writer, Column column, int row)
    {
        if (column.IsNull(row))
        {
            writer.Nil();
            return;
        }

        switch (column)
        {
            case Float64Column c: writer.Float64(c.Values[row]); break;
            case BoolColumn c: writer.Bool(c.Values[row]); break;
            case StringColumn c: writer.Utf8(c.GetUtf8(row)); break;
            case DateColumn c: writer.Int(c.Days[row]); break;
            case FixedWidthColumn<long> c: writer.Int(c.Memory.Span[row]); break;
        }
    }

    private static ColumnSchema ReadColumn(ref MsgpackReader reader)
    {
        string? name = null;
        string? type = null;
        long scale = 0;
        int count = reader.Map();
        for (int i = 0; i < count; i++)
        {
            switch (reader.Text())
            {
                case "name": name = reader.Text(); break;
                case "type": type = reader.Text(); break;
                case "scale": scale = reader.Int(); break;
                case var other: throw MsgpackReader.Wrong($"a column has the unknown property `{other}`");
            }
        }

        return ColumnTypeNames.Schema(name, type, scale);
    }

    private static void Append(ref MsgpackReader reader, ColumnBuilder builder, int row)
    {
        if (reader.TryNil())
        {
            builder.AppendNull();
            return;
        }

        switch (builder.Schema.Type)
        {
            case ColumnType.Float64: builder.Append(reader.Float64()); break;
            case ColumnType.Bool: builder.Append(reader.Bool()); break;
            case ColumnType.String: builder.AppendUtf8(reader.Utf8()); break;
            case ColumnType.Date:
                long day = reader.Int();
                ColumnTypeNames.CheckDay(builder.Schema.Name, row, day);
                builder.AppendRaw(day);
                break;
            default: builder.AppendRaw(reader.Int()); break;
        }
    }

    private static int Bounded(int count, int max, string what) => count <= max ? count : throw ColumnTypeNames.TooMany(what, count, max);

    private static void Expect(ref MsgpackReader reader, string name)
    {
        string found = reader.Text();
        if (found != name)
        {
            throw MsgpackReader.Wrong($"expected `{name}`, found `{found}`; columns come before rows");
        }
    }
}
