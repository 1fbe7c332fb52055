using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Makes bars of a table of another source: a query, an Arrow or a Parquet file. Columns are found by the names that the CSV profiles know.</summary>
public static class ColumnarBars
{
    /// <summary>Maps a table to bars.</summary>
    /// <param name="source">Columns for date or time, open, high, low, close; symbol, volume, amount, previous close, open interest where there are.</param>
    /// <param name="path">Name for messages, which may tell the symbol.</param>
    /// <param name="profile">Units, zone, whether times are ends.</param>
    /// <param name="options">What overrides the profile.</param>
    /// <exception cref="CsvException">A column lacks, a value cannot be read; lines are rows of the table, from 2.</exception>
    /// <exception cref="ImportException"><c>IMPORT_SYMBOL</c>, <c>IMPORT_ZONE</c> or <c>IMPORT_LIMIT</c>.</exception>
    public static ImportResult Read(Table source, string path, ImportProfile profile, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(options);
        if (source.RowCount > options.RowsMax)
        {
            throw new ImportException("IMPORT_LIMIT", $"{path} has {source.RowCount} rows, at most {options.RowsMax} are read.");
        }

        // One conversion point for units, dates, symbols and faults: the text reader.
        Table taken = options.RowsStop is { } stop && stop < source.RowCount ? source.Slice(0, stop) : source;
        using var text = new MemoryStream();
        using (var writer = new StreamWriter(text, new System.Text.UTF8Encoding(false), 1 << 16, leaveOpen: true))
        {
            TableCsv.Write(taken, writer);
        }

        text.Position = 0;
        return BarImport.ReadCsv(path, path, text, profile with { Kind = ImportKind.Csv }, options with { Encoding = CsvEncoding.Utf8 });
    }
}
