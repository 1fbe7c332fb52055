using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>Joins the ticks of several files. Stateless and thread-safe.</summary>
public static class TickMerge
{
    private static readonly string[] s_needed = ["symbol", "time", "last", "volume"];
    private static readonly string[] s_optional = ["bid", "ask"];

    /// <summary>
    /// Puts tables of <see cref="TickImport"/> one after the other: symbol, time, last, volume, and bid and ask when every table has them. Prices of different
    /// scales take the finest. A single table stays as it is.
    /// </summary>
    /// <param name="tables">At least one; not modified.</param>
    /// <exception cref="ImportException"><c>IMPORT_FORMAT</c>: a table lacks a column, or a column has different types.</exception>
    public static Table Tables(IReadOnlyList<Table> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        if (tables.Count == 1)
        {
            return tables[0];
        }

        string[] names = [.. s_needed, .. s_optional.Where(name => tables.All(table => table.TryGetColumn(name, out _)))];
        try
        {
            Dictionary<string, int> scales = names.ToDictionary(name => name, name => tables.Max(table => table[name].Scale), StringComparer.Ordinal);
            return Table.Concat([.. tables.Select(table => new Table([.. names.Select(name => Rescaled(table[name], scales[name]))]))]);
        }
        catch (Exception e) when (e is ArgumentException or KeyNotFoundException or OverflowException)
        {
            throw new ImportException("IMPORT_FORMAT", "The files of ticks do not fit together: " + e.Message);
        }
    }

    private static Column Rescaled(Column column, int scale)
    {
        if (column is not DecimalColumn decimals || decimals.Scale == scale)
        {
            return column;
        }

        long factor = ScaledDecimal.PowerOfTen(scale - decimals.Scale);
        TableBuilder builder = new([new ColumnSchema(column.Name, ColumnType.Decimal, scale)]);
        for (int row = 0; row < decimals.Length; row++)
        {
            if (decimals.IsNull(row))
            {
                builder[0].AppendNull();
            }
            else
            {
                builder[0].AppendRaw(checked(decimals.Units[row] * factor));
            }
        }

        return builder.Build()[column.Name];
    }
}
