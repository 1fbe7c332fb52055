using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using EasyQuant.Contracts.Data.V1;
using EasyQuant.Data;
using Google.Protobuf;

namespace EasyQuant.Messaging.Chunks;

/// <summary>Column buffers as they lie in memory, in the bytes fields of <c>ChunkTable</c>. Machines are little endian, as the format is.</summary>
internal sealed class ProtobufChunkCodec : IChunkCodec
{
    public ChunkEncoding Encoding => ChunkEncoding.Protobuf;

    public void Encode(Table table, IBufferWriter<byte> output)
    {
        var message = new ChunkTable { RowCount = table.RowCount };
        foreach (Column column in table.Columns)
        {
            message.Columns.Add(Write(column));
        }

        message.WriteTo(output);
    }

    public Table Decode(ReadOnlyMemory<byte> payload, ChunkLimits limits)
    {
        ChunkTable message;
        try
        {
            message = ReadTable(payload, limits);
        }
        catch (Exception exception) when (exception is InvalidDataException or DecoderFallbackException)
        {
            throw new ChunkException(ChunkException.Corrupt, $"The payload is no ChunkTable: {exception.Message}");
        }

        if (message.RowCount < 0 || message.RowCount > limits.RowsMax)
        {
            throw new ChunkException(ChunkException.TooLarge, $"The payload says {message.RowCount} rows; 0 to {limits.RowsMax} are accepted.");
        }

        if (message.Columns.Count == 0 && message.RowCount != 0)
        {
            throw new ChunkException(ChunkException.Corrupt, $"The payload says {message.RowCount} rows and has no column.");
        }

        try
        {
            return new Table([.. message.Columns.Select(column => Read(column, message.RowCount))]);
        }
        catch (ArgumentException exception)
        {
            throw new ChunkException(ChunkException.Corrupt, exception.Message);
        }
    }

    // The generated parser copies every bytes field; here the buffers of the columns stay where they are in the payload.
    private static ChunkTable ReadTable(ReadOnlyMemory<byte> payload, ChunkLimits limits)
    {
        var table = new ChunkTable();
        var fields = new FieldReader(payload.Span);
        while (fields.Next())
        {
            if (fields.IsNumber(ChunkTable.RowCountFieldNumber))
            {
                table.RowCount = (int)fields.Number;
            }
            else if (fields.IsBytes(ChunkTable.ColumnsFieldNumber))
            {
                if (table.Columns.Count == limits.ColumnsMax)
                {
                    throw ColumnTypeNames.TooMany("columns", table.Columns.Count + 1L, limits.ColumnsMax);
                }

                table.Columns.Add(ReadColumn(payload.Slice(fields.Start, fields.Bytes.Length)));
            }
        }

        return table;
    }

    private static ChunkColumn ReadColumn(ReadOnlyMemory<byte> message)
    {
        var column = new ChunkColumn();
        var fields = new FieldReader(message.Span);
        while (fields.Next())
        {
            if (fields.IsBytes(ChunkColumn.NameFieldNumber))
            {
                column.Name = FieldReader.Utf8.GetString(fields.Bytes);
            }
            else if (fields.IsNumber(ChunkColumn.TypeFieldNumber))
            {
                column.Type = (EasyQuant.Contracts.Common.V1.ColumnType)fields.Number;
            }
            else if (fields.IsNumber(ChunkColumn.ScaleFieldNumber))
            {
                column.Scale = (int)fields.Number;
            }
            else if (fields.IsBytes(ChunkColumn.ValidityFieldNumber))
            {
                column.Validity = Buffer(message, fields);
            }
            else if (fields.IsBytes(ChunkColumn.ValuesFieldNumber))
            {
                column.Values = Buffer(message, fields);
            }
            else if (fields.IsBytes(ChunkColumn.OffsetsFieldNumber))
            {
                column.Offsets = Buffer(message, fields);
            }
        }

        return column;
    }

    private static ByteString Buffer(ReadOnlyMemory<byte> message, FieldReader fields) =>
        UnsafeByteOperations.UnsafeWrap(message.Slice(fields.Start, fields.Bytes.Length));

    private static ChunkColumn Write(Column column)
    {
        var message = new ChunkColumn { Name = column.Name, Type = (EasyQuant.Contracts.Common.V1.ColumnType)column.Type, Scale = column.Scale };
        switch (column)
        {
            case StringColumn c:
                message.Values = UnsafeByteOperations.UnsafeWrap(c.Utf8Bytes[c.Offsets[0]..c.Offsets[^1]].ToArray());
                message.Offsets = Offsets(c.Offsets);
                message.Validity = Bits(c.Validity);
                break;
            case BoolColumn c:
                message.Values = Bits(Validity.FromFlags(c.Values));
                message.Validity = Bits(c.Validity);
                break;
            case Float64Column c:
                message.Values = Bytes(c.Memory);
                break;
            case DateColumn c:
                message.Values = Bytes(c.Memory);
                message.Validity = Bits(c.Validity);
                break;
            case FixedWidthColumn<long> c:
                message.Values = Bytes(c.Memory);
                message.Validity = Bits(c.Validity);
                break;
        }

        return message;
    }

    private static ByteString Bytes<T>(ReadOnlyMemory<T> values)
        where T : unmanaged => UnsafeByteOperations.UnsafeWrap(new BytesOf<T>(values).Memory);

    private static ByteString Bits(Validity? validity)
    {
        if (validity is null)
        {
            return ByteString.Empty;
        }

        var bits = new byte[(validity.Length + 7) / 8];
        validity.CopyTo(bits);
        return UnsafeByteOperations.UnsafeWrap(bits);
    }

    private static ByteString Offsets(ReadOnlySpan<int> offsets)
    {
        var moved = new int[offsets.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            moved[i] = offsets[i] - offsets[0];
        }

        return UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes<int>(moved).ToArray());
    }

    private static Column Read(ChunkColumn column, int rowCount)
    {
        ColumnSchema schema = ColumnTypeNames.Schema(column.Name, (ColumnType)column.Type, column.Scale);
        Validity? validity = column.Validity.IsEmpty ? null : Validity.FromBitmap(Exactly(column, column.Validity, (rowCount + 7) / 8, "validity"), rowCount);
        string name = schema.Name;
        switch (schema.Type)
        {
            case ColumnType.Float64: return Float64Column.Create(name, Values<double>(column, rowCount), validity);
            case ColumnType.Int64: return Int64Column.Create(name, Values<long>(column, rowCount), validity);
            case ColumnType.Decimal: return DecimalColumn.Create(name, schema.Scale, Values<long>(column, rowCount), validity);
            case ColumnType.Timestamp: return TimestampColumn.Create(name, Values<long>(column, rowCount), validity);
            case ColumnType.Date: return DateColumn.Create(name, Days(name, Values<int>(column, rowCount), validity), validity);
            case ColumnType.Bool: return BoolColumn.Create(name, Flags(Exactly(column, column.Values, (rowCount + 7) / 8, "values").Span, rowCount), validity);
            default:
                if (!Utf8.IsValid(column.Values.Span))
                {
                    throw new ChunkException(ChunkException.Corrupt, $"Column `{name}` holds invalid UTF-8.");
                }

                ReadOnlyMemory<byte> offsets = Exactly(column, column.Offsets, (rowCount + 1) * sizeof(int), "offsets");
                return StringColumn.Create(name, new CastMemoryManager<int>(offsets).Memory, column.Values.Memory, validity);
        }
    }

    private static ReadOnlyMemory<int> Days(string name, ReadOnlyMemory<int> days, Validity? validity)
    {
        for (int row = 0; row < days.Length; row++)
        {
            if (validity is null || validity.IsPresent(row))
            {
                ColumnTypeNames.CheckDay(name, row, days.Span[row]);
            }
        }

        return days;
    }

    private static bool[] Flags(ReadOnlySpan<byte> bits, int rowCount)
    {
        var flags = new bool[rowCount];
        for (int i = 0; i < flags.Length; i++)
        {
            flags[i] = (bits[i >> 3] & (1 << (i & 7))) != 0;
        }

        return flags;
    }

    private static ReadOnlyMemory<T> Values<T>(ChunkColumn column, int rowCount)
        where T : unmanaged =>
        new CastMemoryManager<T>(Exactly(column, column.Values, checked(rowCount * Unsafe.SizeOf<T>()), "values")).Memory;

    private static ReadOnlyMemory<byte> Exactly(ChunkColumn column, ByteString bytes, int length, string what) =>
        bytes.Length == length
            ? bytes.Memory
            : throw new ChunkException(ChunkException.Corrupt, $"Column `{column.Name}` has {bytes.Length} bytes of {what}, expected {length}.");

    /// <summary>Shows values as their bytes without copying them.</summary>
    private sealed class BytesOf<T>(ReadOnlyMemory<T> values) : MemoryManager<byte>
        where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(MemoryMarshal.AsMemory(values).Span);

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
