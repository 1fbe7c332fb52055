namespace EasyQuant.Data;

/// <summary>
/// Tables as Parquet: flat, all columns optional, plain encoding, pages without compression or with gzip. Types: float64 as DOUBLE, int64 as INT64, decimal as
/// INT64 DECIMAL(18, scale), date as INT32 DATE, timestamp as INT64 TIMESTAMP(micros, UTC), bool as BOOLEAN, string as BYTE_ARRAY STRING. Missing rows, NaN
/// of Float64 too, are null. Reading takes flat files of plain and dictionary encoding, data pages of version 1 and 2, without compression or with gzip,
/// Snappy, Brotli or LZ4_RAW; other encodings, codecs and nested columns are refused by name.
/// </summary>
public static class ParquetFile
{
    /// <summary>Largest number of rows of a row group that is written: 1,048,576.</summary>
    public const int GroupRows = 1 << 20;

    internal static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Writes a file; the stream stays open.</summary>
    /// <param name="table">What to write; at least one column.</param>
    /// <param name="codec">Compression of the pages.</param>
    /// <param name="stream">Written from its current position, which is the start of the file, on.</param>
    /// <param name="cancellationToken">Stops between two row groups.</param>
    /// <exception cref="ArgumentException">There is no column, or a decimal has more than 18 digits.</exception>
    public static void Write(Table table, ParquetCodec codec, Stream stream, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(stream);
        if (table.Columns.Count == 0)
        {
            throw new ArgumentException("A Parquet file needs at least one column.", nameof(table));
        }

        new ParquetWriter(stream, codec).Write(table, cancellationToken);
    }

    /// <summary>Reads a file that is in memory.</summary>
    /// <exception cref="ImportException"><c>IMPORT_FORMAT</c>: not Parquet, damaged, or something that is not read; the message names the column.</exception>
    public static Table Read(ReadOnlyMemory<byte> file)
    {
        try
        {
            return new ParquetReader(file).Read();
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException or InvalidDataException or InvalidOperationException)
        {
            throw new ImportException("IMPORT_FORMAT", $"The Parquet file is damaged: {e.Message}");
        }
    }
}
