using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Reads symbols and exact numbers from columns of any fitting type; every fault names port, row and column.</summary>
internal static class OrderColumns
{
    /// <summary>The column; null when it is optional and missing.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>.</exception>
    public static Column Require(Table table, string port, string name) => table.TryGetColumn(name, out Column? column)
        ? column
        : throw new NodeException(
            "TABLE_SCHEMA", $"{port}: no column `{name}`; the table has: {string.Join(", ", table.Columns.Select(c => c.Name))}.");

    /// <summary>The canonical symbol of each row.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>, <c>ORDER_SYMBOL_INVALID</c>; <c>ORDER_ROW_DUPLICATE</c>: a symbol stands in two rows.</exception>
    public static Symbol[] Symbols(Table table, string port)
    {
        if (Require(table, port, "symbol") is not StringColumn column)
        {
            throw new NodeException("TABLE_SCHEMA", $"{port}: column `symbol` is {table["symbol"].Type}, expected String.");
        }

        var symbols = new Symbol[table.RowCount];
        var rows = new Dictionary<Symbol, int>(symbols.Length);
        for (int row = 0; row < symbols.Length; row++)
        {
            string? text = column.GetString(row);
            if (!Symbol.TryNormalize(text, out symbols[row]) || Instrument.BoardOf(symbols[row]) == Board.Index)
            {
                throw new NodeException("ORDER_SYMBOL_INVALID", $"{port}, row {row}: `{text}` is no symbol that can be traded.");
            }

            if (!rows.TryAdd(symbols[row], row))
            {
                throw new NodeException("ORDER_ROW_DUPLICATE", $"{port}: {symbols[row]} stands in the rows {rows[symbols[row]]} and {row}.");
            }
        }

        return symbols;
    }

    /// <summary>Exact units of 10^-scale of a row. Floating-point numbers are cut to the scale, other numbers must fit it.</summary>
    /// <exception cref="NodeException"><c>ORDER_VALUE_INVALID</c>: missing, not a number, too precise, too large, or outside of the range.</exception>
    public static long Units(Column column, string port, int row, int scale, long least, long most)
    {
        bool isRead = TryUnits(column, row, scale, out long units);
        return isRead && units >= least && units <= most
            ? units
            : throw new NodeException(
                "ORDER_VALUE_INVALID",
                $"{port}, row {row}: column `{column.Name}` is {Shown(column, row)}, expected a number from {ScaledDecimal.FormatShort(least, scale)} to {ScaledDecimal.FormatShort(most, scale)} with at most {scale} decimal places.");
    }

    private static string Shown(Column column, int row) =>
        column.IsNull(row) ? "missing" : Convert.ToString(column.GetValue(row), System.Globalization.CultureInfo.InvariantCulture) ?? "missing";

    private static bool TryUnits(Column column, int row, int scale, out long units)
    {
        units = 0;
        if (column.IsNull(row))
        {
            return false;
        }

        switch (column)
        {
            case Int64Column integers:
                return Fits((Int128)integers.Values[row] * ScaledDecimal.PowerOfTen(scale), out units);
            case DecimalColumn decimals:
                Int128 scaled = (Int128)decimals.Units[row] * ScaledDecimal.PowerOfTen(scale);
                long power = ScaledDecimal.PowerOfTen(column.Scale);
                return scaled % power == 0 && Fits(scaled / power, out units);
            case Float64Column floats:
                double number = floats.Values[row];

                // A decimal of 15 digits first, so that 0.29 is 0.29 and not the binary fraction below it.
                return double.IsFinite(number) && Math.Abs(number) < 1e15
                    && Fits((Int128)decimal.Truncate((decimal)number * ScaledDecimal.PowerOfTen(scale)), out units);
            case StringColumn texts:
                return ScaledDecimal.TryParse(texts.GetString(row), scale, out units);
            default:
                return false;
        }
    }

    private static bool Fits(Int128 value, out long units)
    {
        bool fits = value >= long.MinValue && value <= long.MaxValue;
        units = fits ? (long)value : 0;
        return fits;
    }
}
