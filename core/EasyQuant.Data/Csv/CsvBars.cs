using System.Text;

namespace EasyQuant.Data;

/// <summary>
/// Reads CSV files of daily bars of any vendor: header names in English or Chinese in any order, delimiter <c>, ; TAB |</c>, UTF-8 or GB18030,
/// newest or oldest first, thousands separators, dates as ISO, yyyyMMdd or y/M/d. Numbers are exact; digits beyond the fourth are rounded and counted.
/// </summary>
public static class CsvBars
{
    /// <summary>Reads the stream to its end.</summary>
    /// <param name="stream">Not closed.</param>
    /// <param name="options">Units, limits, what to do with rows that cannot be read.</param>
    /// <exception cref="CsvException">The file, or a row unless bad rows are skipped, cannot be read.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static CsvBarResult Read(Stream stream, CsvBarOptions options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        return new CsvBarReader(stream, options).Read();
    }

    /// <summary>Reads a file that is in memory; see <see cref="Read(Stream, CsvBarOptions)"/>.</summary>
    public static CsvBarResult Read(ReadOnlyMemory<byte> file, CsvBarOptions options)
    {
        using var stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(file, out ArraySegment<byte> segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(file.ToArray(), writable: false);
        return Read(stream, options);
    }

    /// <summary>Writes bars in the form of Tushare's <c>daily</c>: newest first, volume in lots of 100, amount in thousands of CNY.</summary>
    /// <param name="bars">A bar table with <c>pre_close</c>; every volume and amount present.</param>
    /// <param name="writer">Receives header and rows with LF.</param>
    /// <exception cref="ArgumentException">A canonical column or <c>pre_close</c> lacks.</exception>
    public static void WriteTushare(Table bars, TextWriter writer) => TushareCsv.Write(bars, writer);

    internal static string Text(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field.Length <= 40 ? field : field[..40]) + (field.Length <= 40 ? "" : "...");
}
