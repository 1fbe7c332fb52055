namespace EasyQuant.Data;

/// <summary>
/// Tables as Arrow IPC, format version 5: the file form (Feather version 2) and the stream form. Types: float64; int64; decimal as decimal128(19, scale);
/// date32; timestamp[us, UTC]; bool; utf8. Missing rows have a validity bit of 0, NaN of Float64 too. Reading also takes narrower integers, float32,
/// large_utf8, dictionaries of texts, date64, other time units, and LZ4 compression; other types and compressions are refused by name.
/// </summary>
public static class ArrowFile
{
    /// <summary>Largest number of rows of one record batch that is written: 1,048,576.</summary>
    public const int BatchRows = 1 << 20;

    internal const int Continuation = -1;
    internal const short MetadataVersion = 4;
    internal const byte SchemaHeader = 1;
    internal const byte DictionaryHeader = 2;
    internal const byte BatchHeader = 3;

    internal static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    /// <summary>Writes the file form; the stream stays open.</summary>
    /// <param name="table">What to write.</param>
    /// <param name="stream">Written from its current position on.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static void Write(Table table, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(stream);
        new ArrowWriter(stream).WriteFile(table, cancellationToken);
    }

    /// <summary>Writes the stream form; the stream stays open.</summary>
    /// <param name="table">What to write.</param>
    /// <param name="stream">Written from its current position on.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    public static void WriteStream(Table table, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(stream);
        new ArrowWriter(stream).WriteStream(table, cancellationToken);
    }

    /// <summary>Reads a file or a stream that is in memory.</summary>
    /// <exception cref="ImportException"><c>IMPORT_FORMAT</c>: not Arrow, damaged, or a type or compression that is not read; the message names the column.</exception>
    public static Table Read(ReadOnlyMemory<byte> file) => Read(file, null);

    internal static Table Read(ReadOnlyMemory<byte> file, ArrowBounds? bounds)
    {
        try
        {
            return new ArrowReader(file, bounds).Read();
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new ImportException("IMPORT_FORMAT", $"The Arrow data are damaged: {e.Message}");
        }
    }
}
