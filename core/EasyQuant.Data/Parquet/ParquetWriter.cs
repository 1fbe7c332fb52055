using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace EasyQuant.Data;

internal sealed class ParquetWriter(Stream stream, ParquetCodec codec, int groupRows = ParquetFile.GroupRows)
{
    private const int PageRows = 1 << 16;
    private const long DecimalMax = 999_999_999_999_999_999;
    private long _position;

    private sealed record Chunk(ColumnSchema Schema, long Values, long PlainLength, long PackedLength, long Offset);

    private sealed record Group(List<Chunk> Chunks, long Rows);

    public void Write(Table table, CancellationToken cancellationToken)
    {
        Put(ParquetFile.Magic);
        var groups = new List<Group>();
        for (int row = 0; row < table.RowCount; row += groupRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Table part = table.Slice(row, Math.Min(groupRows, table.RowCount - row));
            groups.Add(new Group([.. part.Columns.Select(WriteColumn)], part.RowCount));
        }

        byte[] footer = Footer(table, groups);
        Put(footer);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        Put(length);
        Put(ParquetFile.Magic);
    }

    private Chunk WriteColumn(Column column)
    {
        long offset = _position;
        long plain = 0;
        for (int row = 0; row < column.Length; row += PageRows)
        {
            Column page = column.Slice(row, Math.Min(PageRows, column.Length - row));
            byte[] content = [.. Levels(page), .. Values(page)];
            byte[] packed = Pack(content);
            byte[] header = new ThriftWriter()
                .Int(1, 0).Int(2, content.Length).Int(3, packed.Length)
                .Nested(5, data => data.Int(1, page.Length).Int(2, 0).Int(3, 3).Int(4, 3))
                .Stop().ToArray();
            Put(header);
            Put(packed);
            plain += header.Length + content.Length;
        }

        return new Chunk(column.Schema, column.Length, plain, _position - offset, offset);
    }

    private byte[] Pack(byte[] content)
    {
        if (codec == ParquetCodec.None)
        {
            return content;
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>Definition levels of one bit: a length, then one run when all are equal, else bit-packed groups of eight.</summary>
    private static byte[] Levels(Column page)
    {
        using var levels = new MemoryStream();
        levels.Write([0, 0, 0, 0]);
        if (page.NullCount is 0 || page.NullCount == page.Length)
        {
            Varint(levels, (ulong)page.Length << 1);
            levels.WriteByte(page.NullCount == 0 ? (byte)1 : (byte)0);
        }
        else
        {
            int groups = (page.Length + 7) / 8;
            Varint(levels, ((ulong)groups << 1) | 1);
            for (int group = 0; group < groups; group++)
            {
                int bits = 0;
                for (int i = 0; i < 8 && (group * 8) + i < page.Length; i++)
                {
                    bits |= page.IsNull((group * 8) + i) ? 0 : 1 << i;
                }

                levels.WriteByte((byte)bits);
            }
        }

        byte[] bytes = levels.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - 4);
        return bytes;
    }

    private static byte[] Values(Column page) => page switch
    {
        Float64Column c => Fixed(c, c.Values),
        Int64Column c => Fixed(c, c.Values),
        TimestampColumn c => Fixed(c, c.Micros),
        DateColumn c => Fixed(c, c.Days),
        DecimalColumn c => Fixed(c, Checked(c)),
        BoolColumn c => Flags(c),
        _ => Texts((StringColumn)page),
    };

    private static byte[] Fixed<T>(Column page, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        if (page.NullCount == 0)
        {
            return MemoryMarshal.AsBytes(values).ToArray();
        }

        var present = new T[page.Length - page.NullCount];
        for (int row = 0, at = 0; row < page.Length; row++)
        {
            if (!page.IsNull(row))
            {
                present[at++] = values[row];
            }
        }

        return MemoryMarshal.AsBytes(present.AsSpan()).ToArray();
    }

    private static ReadOnlySpan<long> Checked(DecimalColumn column)
    {
        for (int row = 0; row < column.Length; row++)
        {
            if (column.Units[row] is < -DecimalMax or > DecimalMax && !column.IsNull(row))
            {
                throw new ArgumentException($"Column `{column.Name}`: {column.GetDecimal(row)} has more than 18 digits, which Parquet's 64-bit decimals cannot hold.");
            }
        }

        return column.Units;
    }

    private static byte[] Flags(BoolColumn column)
    {
        var bits = new byte[(column.Length - column.NullCount + 7) / 8];
        for (int row = 0, at = 0; row < column.Length; row++)
        {
            if (!column.IsNull(row))
            {
                bits[at >> 3] |= (byte)(column.Values[row] ? 1 << (at & 7) : 0);
                at++;
            }
        }

        return bits;
    }

    private static byte[] Texts(StringColumn column)
    {
        using var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        for (int row = 0; row < column.Length; row++)
        {
            if (!column.IsNull(row))
            {
                ReadOnlySpan<byte> text = column.GetUtf8(row);
                BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
                bytes.Write(length);
                bytes.Write(text);
            }
        }

        return bytes.ToArray();
    }

    private byte[] Footer(Table table, List<Group> groups)
    {
        var elements = new List<ColumnSchema?> { null };
        elements.AddRange(table.Schema);
        return new ThriftWriter()
            .Int(1, 2)
            .Structs(2, elements, (writer, schema) => WriteElement(writer, schema, table.Columns.Count))
            .Long(3, table.RowCount)
            .Structs(4, groups, (writer, group) => writer
                .Structs(1, group.Chunks, WriteChunk)
                .Long(2, group.Chunks.Sum(c => c.PlainLength))
                .Long(3, group.Rows))
            .Text(6, "EasyQuant")
            .Stop().ToArray();
    }

    private void WriteChunk(ThriftWriter writer, Chunk chunk) => writer
        .Long(2, chunk.Offset)
        .Nested(3, data => data
            .Int(1, PhysicalType(chunk.Schema.Type))
            .Ints(2, [0, 3])
            .Texts(3, [chunk.Schema.Name])
            .Int(4, (int)codec)
            .Long(5, chunk.Values)
            .Long(6, chunk.PlainLength)
            .Long(7, chunk.PackedLength)
            .Long(9, chunk.Offset));

    private static void WriteElement(ThriftWriter writer, ColumnSchema? schema, int columnCount)
    {
        if (schema is null)
        {
            writer.Text(4, "schema").Int(5, columnCount);
            return;
        }

        writer.Int(1, PhysicalType(schema.Type)).Int(3, 1).Text(4, schema.Name);
        switch (schema.Type)
        {
            case ColumnType.String:
                writer.Int(6, 0).Nested(10, logical => logical.Nested(1, _ => { }));
                break;
            case ColumnType.Decimal:
                writer.Int(6, 5).Int(7, schema.Scale).Int(8, 18).Nested(10, logical => logical.Nested(5, type => type.Int(1, schema.Scale).Int(2, 18)));
                break;
            case ColumnType.Date:
                writer.Int(6, 6).Nested(10, logical => logical.Nested(6, _ => { }));
                break;
            case ColumnType.Timestamp:
                writer.Int(6, 10).Nested(10, logical => logical.Nested(8, type => type.Flag(1, true).Nested(2, unit => unit.Nested(2, _ => { }))));
                break;
        }
    }

    private static int PhysicalType(ColumnType type) => type switch
    {
        ColumnType.Bool => 0,
        ColumnType.Date => 1,
        ColumnType.Float64 => 5,
        ColumnType.String => 6,
        _ => 2,
    };

    private static void Varint(MemoryStream bytes, ulong value)
    {
        while (value >= 0x80)
        {
            bytes.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        bytes.WriteByte((byte)value);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _position += bytes.Length;
    }
}
