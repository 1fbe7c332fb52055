using System.Globalization;
using EasyQuant.Contracts.Common.V1;

namespace EasyQuant.Samples.Demo;

/// <summary>Row access to pages of a table as the platform answers it. Immutable.</summary>
public sealed class TableRows
{
    private readonly List<string> _names = [];
    private readonly List<List<object?>> _columns = [];

    /// <summary>Joins pages of one table.</summary>
    /// <param name="pages">Pages in order, all with the same columns.</param>
    public TableRows(IEnumerable<Table> pages)
    {
        ArgumentNullException.ThrowIfNull(pages);
        foreach (Table page in pages)
        {
            for (int c = 0; c < page.Columns.Count; c++)
            {
                if (_columns.Count <= c)
                {
                    _names.Add(page.Columns[c].Name);
                    _columns.Add([]);
                }

                Append(_columns[c], page.Columns[c], page.RowCount);
            }

            RowCount += page.RowCount;
        }
    }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Column names in table order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Value of a cell: double, long, decimal, DateOnly, DateTime, bool, string or null.</summary>
    /// <param name="row">Row, counted from 0.</param>
    /// <param name="name">Column.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public object? this[int row, string name]
    {
        get
        {
            int column = _names.IndexOf(name);
            return column >= 0
                ? _columns[column][row]
                : throw new ArgumentException($"The table has no column '{name}'; it has {string.Join(", ", _names)}.", nameof(name));
        }
    }

    /// <summary>Value of a cell as a double; NaN for null.</summary>
    /// <param name="row">Row, counted from 0.</param>
    /// <param name="name">Column.</param>
    /// <returns>The number.</returns>
    public double Number(int row, string name) =>
        this[row, name] is { } value ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : double.NaN;

    /// <summary>Value of a cell as people read it.</summary>
    /// <param name="row">Row, counted from 0.</param>
    /// <param name="name">Column.</param>
    /// <returns>Text; empty for null.</returns>
    public string Text(int row, string name) => this[row, name] switch
    {
        null => string.Empty,
        double d => d.ToString("0.0000", CultureInfo.InvariantCulture),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        object o => o.ToString() ?? string.Empty,
    };

    private static void Append(List<object?> target, Column column, int rowCount)
    {
        HashSet<int> nulls = [.. column.NullRows];
        for (int row = 0; row < rowCount; row++)
        {
            target.Add(nulls.Contains(row) ? null : Value(column, row));
        }
    }

    private static object Value(Column column, int row) => column.Type switch
    {
        ColumnType.Float64 => column.Doubles[row],
        ColumnType.Int64 => column.Integers[row],
        ColumnType.Decimal => new decimal(column.Integers[row]) / Power(column.Scale),
        ColumnType.Date => DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + checked((int)column.Integers[row])),
        ColumnType.Timestamp => DateTime.UnixEpoch.AddMicroseconds(column.Integers[row]),
        ColumnType.Bool => column.Booleans[row],
        ColumnType.String => column.Strings[row],
        _ => throw new InvalidOperationException($"Column '{column.Name}' has the unknown type {column.Type}."),
    };

    private static decimal Power(int scale)
    {
        decimal power = 1;
        for (int i = 0; i < scale; i++)
        {
            power *= 10;
        }

        return power;
    }
}
