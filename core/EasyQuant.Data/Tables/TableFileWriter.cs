using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EasyQuant.Data;

internal sealed class TableFileWriter(Stream stream)
{
    private const int ChunkElements = 8192;
    private uint _crc = Crc32C.Seed;
    private long _position;

    public void Write(Table table)
    {
        byte[] section = ColumnSection(table);
        byte[] header = Header(table, section);
        Put(header);
        Put(section);
        Pad();
        foreach (Column column in table.Columns)
        {
            WriteColumn(column);
        }

        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32C.Finish(_crc));
        stream.Write(crc);
    }

    private static byte[] Header(Table table, byte[] section)
    {
        long total = TableFileLayout.Align(TableFile.HeaderLength + section.Length);
        foreach (Column column in table.Columns)
        {
            total += TableFileLayout.ColumnLength(column.Type, column.Length, column.NullCount > 0, TextLength(column));
        }

        var header = new byte[TableFile.HeaderLength];
        TableFile.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), TableFile.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), section.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), table.RowCount);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), total + 4);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), table.Columns.Count);
        uint crc = Crc32C.Append(Crc32C.Append(Crc32C.Seed, header.AsSpan(0, 36)), section);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(36), Crc32C.Finish(crc));
        return header;
    }

    private static byte[] ColumnSection(Table table)
    {
        using var section = new MemoryStream();
        Span<byte> fixedPart = stackalloc byte[TableFileLayout.ColumnEntryLength];
        foreach (Column column in table.Columns)
        {
            byte[] name = Encoding.UTF8.GetBytes(column.Name);
            fixedPart.Clear();
            fixedPart[0] = (byte)column.Type;
            fixedPart[1] = (byte)column.Scale;
            fixedPart[2] = (byte)(HasValidity(column) ? 1 : 0);
            BinaryPrimitives.WriteInt32LittleEndian(fixedPart[4..], name.Length);
            BinaryPrimitives.WriteInt64LittleEndian(fixedPart[8..], TextLength(column));
            section.Write(fixedPart);
            section.Write(name);
        }

        return section.ToArray();
    }

    private static bool HasValidity(Column column) => column.Type != ColumnType.Float64 && column.NullCount > 0;

    private static long TextLength(Column column)
    {
        if (column is not StringColumn text)
        {
            return 0;
        }

        // A missing row may carry bytes in memory; the file holds none for it, so that equal tables give equal bytes.
        long total = 0;
        for (int i = 0; i < text.Length && text.NullCount > 0; i++)
        {
            total += text.IsNull(i) ? 0 : text.GetUtf8(i).Length;
        }

        return text.NullCount > 0 ? total : text.Offsets[^1] - text.Offsets[0];
    }

    private void WriteColumn(Column column)
    {
        switch (column)
        {
            case Float64Column c: WriteDoubles(c.Values); break;
            case Int64Column c: WriteFixed(c, c.Values); break;
            case DecimalColumn c: WriteFixed(c, c.Units); break;
            case TimestampColumn c: WriteFixed(c, c.Micros); break;
            case DateColumn c: WriteFixed(c, c.Days); break;
            case BoolColumn c: WriteBools(c); break;
            case StringColumn c: WriteStrings(c); break;
        }
    }

    private void WriteValidity(Validity? validity)
    {
        if (validity is not null)
        {
            var bits = new byte[(validity.Length + 7) / 8];
            validity.CopyTo(bits);
            Put(bits);
            Pad();
        }
    }

    private void WriteDoubles(ReadOnlySpan<double> values)
    {
        Span<long> chunk = new long[Math.Min(ChunkElements, values.Length)];
        for (int at = 0; at < values.Length; at += chunk.Length)
        {
            ReadOnlySpan<double> part = values.Slice(at, Math.Min(chunk.Length, values.Length - at));
            for (int i = 0; i < part.Length; i++)
            {
                chunk[i] = double.IsNaN(part[i]) ? TableFileLayout.NaNBits : BitConverter.DoubleToInt64Bits(part[i]);
            }

            PutLongs(chunk[..part.Length]);
        }

        Pad();
    }

    private void WriteFixed<T>(FixedWidthColumn<T> column, ReadOnlySpan<T> values)
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        WriteValidity(column.Validity);
        if (column.Validity is null && BitConverter.IsLittleEndian)
        {
            Put(MemoryMarshal.AsBytes(values));
            Pad();
            return;
        }

        Span<T> chunk = new T[Math.Min(ChunkElements, values.Length)];
        for (int at = 0; at < values.Length; at += chunk.Length)
        {
            Span<T> part = chunk[..Math.Min(chunk.Length, values.Length - at)];
            for (int i = 0; i < part.Length; i++)
            {
                part[i] = column.IsNull(at + i) ? default : values[at + i];
            }

            if (typeof(T) == typeof(long))
            {
                PutLongs(MemoryMarshal.Cast<T, long>(part));
            }
            else
            {
                PutInts(MemoryMarshal.Cast<T, int>(part));
            }
        }

        Pad();
    }

    private void WriteBools(BoolColumn column)
    {
        WriteValidity(column.Validity);
        var bits = new byte[(column.Length + 7) / 8];
        ReadOnlySpan<bool> values = column.Values;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] && !column.IsNull(i))
            {
                bits[i >> 3] |= (byte)(1 << (i & 7));
            }
        }

        Put(bits);
        Pad();
    }

    private void WriteStrings(StringColumn column)
    {
        WriteValidity(column.Validity);
        var offsets = new int[column.Length + 1];
        for (int i = 0; i < column.Length; i++)
        {
            offsets[i + 1] = offsets[i] + (column.IsNull(i) ? 0 : column.GetUtf8(i).Length);
        }

        PutInts(offsets);
        Pad();
        if (column.NullCount == 0)
        {
            Put(column.Utf8Bytes[column.Offsets[0]..column.Offsets[^1]]);
        }
        else
        {
            for (int i = 0; i < column.Length; i++)
            {
                if (!column.IsNull(i))
                {
                    Put(column.GetUtf8(i));
                }
            }
        }

        Pad();
    }

    private void PutLongs(Span<long> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        Put(MemoryMarshal.AsBytes(values));
    }

    private void PutInts(Span<int> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }

        Put(MemoryMarshal.AsBytes(values));
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _crc = Crc32C.Append(_crc, bytes);
        _position += bytes.Length;
        stream.Write(bytes);
    }

    private void Pad()
    {
        Span<byte> zeros = stackalloc byte[TableFile.Alignment];
        zeros.Clear();
        Put(zeros[..(int)(TableFileLayout.Align(_position) - _position)]);
    }
}
