namespace EasyQuant.Data;

/// <summary>
/// The canonical table of daily bars: <c>symbol</c> String, <c>trading_date</c> Date, <c>open, high, low, close</c> Decimal(4) CNY,
/// <c>volume</c> Int64 shares, <c>amount</c> Decimal(4) CNY, optionally <c>pre_close</c> Decimal(4); rows sorted by (symbol, trading_date).
/// </summary>
public static class BarTable
{
    /// <summary>Column of canonical symbols such as <c>600000.SH</c>.</summary>
    public const string Symbol = "symbol";

    /// <summary>Column of the exchange's trading days.</summary>
    public const string TradingDate = "trading_date";

    /// <summary>Column of opening prices.</summary>
    public const string Open = "open";

    /// <summary>Column of highest prices.</summary>
    public const string High = "high";

    /// <summary>Column of lowest prices.</summary>
    public const string Low = "low";

    /// <summary>Column of closing prices.</summary>
    public const string Close = "close";

    /// <summary>Column of traded shares; null where the source gives none.</summary>
    public const string Volume = "volume";

    /// <summary>Column of traded money in CNY; null where the source gives none.</summary>
    public const string Amount = "amount";

    /// <summary>Optional column of reference prices (ex-right previous close).</summary>
    public const string PreClose = "pre_close";

    /// <summary>Optional column of the start of a bar within the day (Timestamp); its table is sorted by (symbol, start_time).</summary>
    public const string StartTime = "start_time";

    /// <summary>Optional column of open contracts (Int64).</summary>
    public const string OpenInterest = "open_interest";

    /// <summary>Optional column of the vendor's cumulative adjustment factor (Decimal 8): raw price times factor is the adjusted price.</summary>
    public const string AdjustmentFactor = "adj_factor";

    /// <summary>Digits after the point of prices and amounts.</summary>
    public const int Scale = 4;

    /// <summary>Columns that every bar table has, in order.</summary>
    public static IReadOnlyList<ColumnSchema> Schema { get; } =
    [
        new(Symbol, ColumnType.String),
        new(TradingDate, ColumnType.Date),
        new(Open, ColumnType.Decimal, Scale),
        new(High, ColumnType.Decimal, Scale),
        new(Low, ColumnType.Decimal, Scale),
        new(Close, ColumnType.Decimal, Scale),
        new(Volume, ColumnType.Int64),
        new(Amount, ColumnType.Decimal, Scale),
    ];

    /// <summary>The table without bars.</summary>
    public static Table Empty { get; } = new TableBuilder(Schema).Build();

    /// <summary>Checks that a table has the columns of a bar table, in any order and among others.</summary>
    /// <exception cref="ArgumentException">A column lacks or has another type; the message names it.</exception>
    public static void Require(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        foreach (ColumnSchema expected in Schema)
        {
            if (table[expected.Name].Schema != expected)
            {
                throw new ArgumentException($"A bar table needs column `{expected}`, got `{table[expected.Name].Schema}`.", nameof(table));
            }
        }
    }

    /// <summary>
    /// Joins bar tables and sorts the rows by (symbol, trading_date); bars of one symbol and day keep the order of the input.
    /// Columns beyond the canonical ones are kept when every table has them, else <c>pre_close</c> and other extras are left out.
    /// </summary>
    /// <exception cref="ArgumentException">A table lacks a canonical column.</exception>
    public static Table Merge(IReadOnlyList<Table> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        if (tables.Count == 0)
        {
            return Empty;
        }

        List<string> names = [.. Schema.Select(s => s.Name)];
        foreach (Table table in tables)
        {
            Require(table);
        }

        foreach (ColumnSchema extra in tables[0].Schema.Where(s => !names.Contains(s.Name, StringComparer.Ordinal)).ToArray())
        {
            if (tables.All(t => t.TryGetColumn(extra.Name, out Column? column) && column.Schema == extra))
            {
                names.Add(extra.Name);
            }
        }

        string[] selected = [.. names];
        Table joined = Table.Concat([.. tables.Select(t => Selected(t, selected))]);
        return IsSorted(joined) ? joined : TableSort.Sort(joined, (Symbol, false), (TradingDate, false));
    }

    private static Table Selected(Table table, string[] names) =>
        table.Schema.Count == names.Length && table.Schema.Select(s => s.Name).SequenceEqual(names, StringComparer.Ordinal) ? table : table.Select(names);

    // Files that are read in the order of their names mostly are in order: seen here at a tenth of the cost of the sort, which compares any columns.
    private static bool IsSorted(Table table)
    {
        var symbols = (StringColumn)table[Symbol];
        var days = (DateColumn)table[TradingDate];
        if (symbols.NullCount > 0 || days.NullCount > 0)
        {
            return false;
        }

        ReadOnlySpan<int> offsets = symbols.Offsets;
        ReadOnlySpan<byte> texts = symbols.Utf8Bytes;
        ReadOnlySpan<int> values = days.Memory.Span;
        for (int row = 1; row < values.Length; row++)
        {
            int order = texts[offsets[row - 1]..offsets[row]].SequenceCompareTo(texts[offsets[row]..offsets[row + 1]]);
            if (order > 0 || (order == 0 && values[row - 1] > values[row]))
            {
                return false;
            }
        }

        return true;
    }
}
