using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace EasyQuant.Data;

internal sealed class TableFileReader
{
    private readonly ReadOnlyMemory<byte> _file;
    private long _position;

    private TableFileReader(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>Checks the first 64 bytes and returns the length of the whole file.</summary>
    public static long CheckHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length < TableFile.HeaderLength)
        {
            throw new TableFileException($"A table file starts with {TableFile.HeaderLength} bytes of header, got {header.Length} bytes.");
        }

        if (!header.StartsWith(TableFile.Magic))
        {
            throw new TableFileException("Not a table file: the first 8 bytes differ from \"EQTABLE\\x1A\".");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version is < 1 or > TableFile.Version)
        {
            throw new TableFileException($"The table file has version {version}; this program reads up to {TableFile.Version}. Use a newer program.");
        }

        long total = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        long section = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        long rowCount = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        int columnCount = BinaryPrimitives.ReadInt32LittleEndian(header[32..]);
        if (section < 0 || total < TableFile.HeaderLength + section + 4 || rowCount < 0 || rowCount > Array.MaxLength
            || columnCount is < 0 or > TableFile.ColumnsMax || section < (long)columnCount * TableFileLayout.ColumnEntryLength)
        {
            throw new TableFileException("The table file is corrupt: its header contradicts itself.");
        }

        return total;
    }

    public static TableFileException Truncated(long expected, long got) =>
        new($"The table file is truncated: it should have {expected} bytes, got {got}.");

    /// <summary>Reads a file whose header was checked and whose length is right.</summary>
    public static Table Read(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        int sectionLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        ReadOnlySpan<byte> section = bytes.Slice(TableFile.HeaderLength, sectionLength);
        uint headerCrc = Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Seed, bytes[..36]), section));
        CheckCrc("header", BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]), headerCrc);
        uint fileCrc = Crc32C.Finish(Crc32C.Append(Crc32C.Seed, bytes[..^4]));
        CheckCrc("content", BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]), fileCrc);

        int rowCount = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        int columnCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]);
        var reader = new TableFileReader(file) { _position = TableFileLayout.Align(TableFile.HeaderLength + sectionLength) };
        var columns = new Column[columnCount];
        for (int i = 0; i < columnCount; i++)
        {
            if (section.Length < TableFileLayout.ColumnEntryLength)
            {
                throw Corrupt($"the column section ends before column {i}");
            }

            int nameLength = BinaryPrimitives.ReadInt32LittleEndian(section[4..]);
            if (nameLength < 0 || nameLength > section.Length - TableFileLayout.ColumnEntryLength)
            {
                throw Corrupt($"the name of column {i} leaves the column section");
            }

            columns[i] = reader.ReadColumn(i, section[..(TableFileLayout.ColumnEntryLength + nameLength)], rowCount);
            section = section[(TableFileLayout.ColumnEntryLength + nameLength)..];
        }

        if (reader._position != file.Length - 4)
        {
            throw Corrupt($"the columns end at byte {reader._position}, the content at {file.Length - 4}");
        }

        try
        {
            return new Table(columns);
        }
        catch (ArgumentException e)
        {
            throw Corrupt(e.Message);
        }
    }

    private Column ReadColumn(int index, ReadOnlySpan<byte> entry, int rowCount)
    {
        string name = Encoding.UTF8.GetString(entry[TableFileLayout.ColumnEntryLength..]);
        ColumnSchema schema;
        try
        {
            schema = new ColumnSchema(name, (ColumnType)entry[0], entry[1]);
        }
        catch (ArgumentException e)
        {
            throw Corrupt($"column {index}: {e.Message}");
        }

        Validity? validity = entry[2] == 0 ? null : Validity.FromBitmap(Buffer(name, (rowCount + 7L) / 8), rowCount);
        switch (schema.Type)
        {
            case ColumnType.Float64: return Float64Column.Create(name, Values<double>(name, rowCount));
            case ColumnType.Int64: return Int64Column.Create(name, Values<long>(name, rowCount), validity);
            case ColumnType.Decimal: return DecimalColumn.Create(name, schema.Scale, Values<long>(name, rowCount), validity);
            case ColumnType.Timestamp: return TimestampColumn.Create(name, Values<long>(name, rowCount), validity);
            case ColumnType.Date: return DateColumn.Create(name, CheckDays(name, Values<int>(name, rowCount)), validity);
            case ColumnType.Bool: return BoolColumn.Create(name, Bools(name, rowCount), validity);
            default:
                ReadOnlyMemory<int> offsets = Values<int>(name, rowCount + 1L);
                ReadOnlyMemory<byte> text = Buffer(name, BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
                return Strings(name, offsets, text, validity);
        }
    }

    private static StringColumn Strings(string name, ReadOnlyMemory<int> offsets, ReadOnlyMemory<byte> text, Validity? validity)
    {
        if (!Utf8.IsValid(text.Span))
        {
            throw Corrupt($"column `{name}` holds invalid UTF-8");
        }

        try
        {
            return StringColumn.Create(name, offsets, text, validity);
        }
        catch (ArgumentException e)
        {
            throw Corrupt(e.Message);
        }
    }

    private static ReadOnlyMemory<int> CheckDays(string name, ReadOnlyMemory<int> days)
    {
        foreach (int day in days.Span)
        {
            if (day is < EpochDays.Min or > EpochDays.Max)
            {
                throw Corrupt($"column `{name}` holds day {day}, outside the years 1 to 9999");
            }
        }

        return days;
    }

    private bool[] Bools(string name, int rowCount)
    {
        ReadOnlySpan<byte> bits = Buffer(name, (rowCount + 7L) / 8).Span;
        var values = new bool[rowCount];
        for (int i = 0; i < rowCount; i++)
        {
            values[i] = (bits[i >> 3] & (1 << (i & 7))) != 0;
        }

        return values;
    }

    private ReadOnlyMemory<T> Values<T>(string name, long count)
        where T : unmanaged
    {
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        ReadOnlyMemory<byte> buffer = Buffer(name, count * size);
        if (BitConverter.IsLittleEndian)
        {
            return new CastMemoryManager<T>(buffer).Memory;
        }

        byte[] swapped = buffer.ToArray();
        for (int i = 0; i < swapped.Length; i += size)
        {
            swapped.AsSpan(i, size).Reverse();
        }

        return new CastMemoryManager<T>(swapped).Memory;
    }

    private ReadOnlyMemory<byte> Buffer(string name, long length)
    {
        if (length < 0 || TableFileLayout.Align(length) > _file.Length - 4 - _position)
        {
            throw Corrupt($"a buffer of {length} bytes of column `{name}` leaves the file");
        }

        ReadOnlyMemory<byte> buffer = _file.Slice((int)_position, (int)length);
        _position += TableFileLayout.Align(length);
        return buffer;
    }

    private static void CheckCrc(string what, uint stored, uint computed)
    {
        if (stored != computed)
        {
            throw Corrupt($"the checksum of its {what} is {computed:x8}, stored is {stored:x8}");
        }
    }

    private static TableFileException Corrupt(string what) => new($"The table file is corrupt: {what}.");
}
