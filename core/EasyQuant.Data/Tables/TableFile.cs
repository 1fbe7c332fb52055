namespace EasyQuant.Data;

/// <summary>
/// The project's own file form of a <see cref="Table"/>. Equal tables give equal bytes on every machine.
/// <code>
/// 0   8  magic "EQTABLE\x1A"
/// 8   4  version (1)
/// 12  4  bytes of the column section
/// 16  8  row count
/// 24  8  length of the whole file
/// 32  4  column count
/// 36  4  CRC-32C of bytes 0-35 and of the column section
/// 40 24  zero
/// 64     column section: per column u8 type, u8 scale, u8 has validity, u8 zero, u32 name bytes, u64 text bytes, name (UTF-8)
/// ...    per column, each buffer at a multiple of 64 and padded with zeros: validity bits (if any), then the values
///        (8 bytes; date 4; bool 1 bit; string: N + 1 int32 offsets, then the UTF-8 bytes)
/// end-4  CRC-32C of everything before it
/// </code>
/// All numbers are little endian, buffers as in Arrow. Missing rows hold zero (Float64: the one quiet NaN).
/// </summary>
public static class TableFile
{
    /// <summary>Newest version that is written and read.</summary>
    public const int Version = 1;

    internal const int HeaderLength = 64;
    internal const int Alignment = 64;
    internal const int ColumnsMax = 100_000;

    internal static ReadOnlySpan<byte> Magic => "EQTABLE\x1A"u8;

    /// <summary>Writes the table; the stream stays open.</summary>
    public static void Write(Table table, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(stream);
        new TableFileWriter(stream).Write(table);
    }

    /// <summary>Returns the bytes of the file.</summary>
    public static byte[] ToBytes(Table table)
    {
        using var stream = new MemoryStream();
        Write(table, stream);
        return stream.ToArray();
    }

    /// <summary>Reads one table from the current position to the end of that table.</summary>
    /// <exception cref="TableFileException">Not a table file, a newer version, truncated or corrupt.</exception>
    public static Table Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = new byte[HeaderLength];
        int got = stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
        long total = TableFileReader.CheckHeader(header.AsSpan(0, got));
        if (stream.CanSeek && stream.Length - stream.Position < total - HeaderLength)
        {
            throw TableFileReader.Truncated(total, HeaderLength + stream.Length - stream.Position);
        }

        return TableFileReader.Read(ReadBody(stream, header, total));
    }

    /// <summary>Reads a table that occupies exactly the given memory. The columns refer to this memory, so it must stay as it is.</summary>
    /// <exception cref="TableFileException">Not a table file, a newer version, truncated or corrupt.</exception>
    public static Table Read(ReadOnlyMemory<byte> file)
    {
        long total = TableFileReader.CheckHeader(file.Span);
        if (file.Length != total)
        {
            throw file.Length < total
                ? TableFileReader.Truncated(total, file.Length)
                : new TableFileException($"The table file has {file.Length - total} bytes after its end at {total}.");
        }

        return TableFileReader.Read(file);
    }

    private static byte[] ReadBody(Stream stream, byte[] header, long total)
    {
        if (total > Array.MaxLength)
        {
            throw new TableFileException($"The table file has {total} bytes; a stream is read up to {Array.MaxLength}.");
        }

        // The announced length is trusted only as far as bytes really arrive: memory grows with what was read.
        var bytes = new byte[Math.Min(total, stream.CanSeek ? total : 1 << 20)];
        header.CopyTo(bytes, 0);
        int filled = HeaderLength;
        while (filled < total)
        {
            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(total, 2L * bytes.Length));
            }

            int read = stream.Read(bytes, filled, bytes.Length - filled);
            if (read == 0)
            {
                throw TableFileReader.Truncated(total, filled);
            }

            filled += read;
        }

        return bytes;
    }
}
