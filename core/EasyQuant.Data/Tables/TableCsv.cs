using System.Globalization;

namespace EasyQuant.Data;

/// <summary>
/// Writes tables as CSV (RFC 4180 quoting, comma, LF). Texts that a spreadsheet would run as a formula, that is texts which start with
/// <c>= + - @</c>, tab or CR, get a leading apostrophe; numbers do not. Missing values are empty.
/// </summary>
public static class TableCsv
{
    /// <summary>Writes a header line and one line a row.</summary>
    public static void Write(Table table, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(writer);
        for (int c = 0; c < table.Columns.Count; c++)
        {
            WriteSeparator(writer, c);
            WriteText(writer, table.Columns[c].Name);
        }

        writer.Write('\n');
        for (int row = 0; row < table.RowCount; row++)
        {
            for (int c = 0; c < table.Columns.Count; c++)
            {
                WriteSeparator(writer, c);
                WriteCell(writer, table.Columns[c], row);
            }

            writer.Write('\n');
        }
    }

    private static void WriteSeparator(TextWriter writer, int column)
    {
        if (column > 0)
        {
            writer.Write(',');
        }
    }

    private static void WriteCell(TextWriter writer, Column column, int row)
    {
        if (column.IsNull(row))
        {
            return;
        }

        switch (column)
        {
            case StringColumn c: WriteText(writer, c.GetString(row)!); break;
            case Float64Column c: writer.Write(c.Values[row].ToString("R", CultureInfo.InvariantCulture)); break;
            case Int64Column c: writer.Write(c.Values[row].ToString(CultureInfo.InvariantCulture)); break;
            case BoolColumn c: writer.Write(c.Values[row] ? "true" : "false"); break;
            default: writer.Write(TableJson.ToText(column, row)); break;
        }
    }

    private static void WriteText(TextWriter writer, string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
        {
            text = "'" + text;
        }

        if (text.AsSpan().IndexOfAny(",\"\r\n") < 0)
        {
            writer.Write(text);
            return;
        }

        writer.Write('"');
        writer.Write(text.Replace("\"", "\"\"", StringComparison.Ordinal));
        writer.Write('"');
    }
}
