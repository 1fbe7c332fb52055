namespace EasyQuant.Data;

/// <summary>
/// Reads a Parquet or Arrow file part by part: row groups of Parquet, record batches of Arrow (file or stream form). One part is in memory at a time; types and
/// encodings are those of <see cref="ParquetFile.Read"/> and <see cref="ArrowFile.Read(ReadOnlyMemory{byte})"/>.
/// </summary>
public static class TableParts
{
    /// <summary>Largest part that is read, in bytes of the file: 1 GiB.</summary>
    public const long PartBytesMax = 1L << 30;

    /// <summary>Reads the parts in the order of the file; the first bytes tell the form.</summary>
    /// <param name="stream">A file at its beginning that can seek; stays open, and must until the last part was taken.</param>
    /// <returns>The parts, all with the same columns; a file without rows gives one part without rows. Taken once.</returns>
    /// <exception cref="ImportException">
    /// While the parts are taken: <c>IMPORT_FORMAT</c>: neither form, damaged, a part of more than <see cref="PartBytesMax"/>, or something that is not read; the message names it.
    /// </exception>
    public static IEnumerable<Table> Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var magic = new byte[8];
        int length = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return magic.AsSpan(0, length).StartsWith(ParquetFile.Magic) ? new ParquetParts(stream).Read() : new ArrowParts(stream).Read();
    }

    /// <summary>Reads so many bytes, or says that the file is cut off; a length that the file cannot hold reserves no memory.</summary>
    internal static byte[] Bytes(Stream stream, long length, Func<string, ImportException> wrong)
    {
        if (length < 0 || length > stream.Length - stream.Position)
        {
            throw wrong("it is cut off, or a length in it is wrong");
        }

        if (length > PartBytesMax)
        {
            throw wrong($"a part of it has {length} bytes, at most {PartBytesMax} are read");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Runs one step of reading; what only a damaged file can cause is named so.</summary>
    internal static T Guard<T>(string form, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException or InvalidOperationException or EndOfStreamException)
        {
            throw new ImportException("IMPORT_FORMAT", $"The {form} data are damaged: {e.Message}");
        }
    }
}
