namespace EasyQuant.Data;

/// <summary>
/// Immutable named columns of one length. Safe to read from many threads. Slices share memory; the order of columns and rows is part of the value.
/// </summary>
public sealed class Table
{
    private readonly Column[] _columns;
    private readonly Dictionary<string, int> _indexes;

    /// <summary>Creates a table.</summary>
    /// <param name="columns">Columns of one length with unique names; may be empty.</param>
    /// <exception cref="ArgumentException">Two columns share a name or lengths differ.</exception>
    public Table(IReadOnlyList<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        _columns = [.. columns];
        _indexes = new Dictionary<string, int>(_columns.Length, StringComparer.Ordinal);
        RowCount = _columns.Length == 0 ? 0 : _columns[0].Length;
        for (int i = 0; i < _columns.Length; i++)
        {
            Column column = _columns[i];
            if (column.Length != RowCount)
            {
                throw new ArgumentException(
                    $"Column `{column.Name}` has {column.Length} rows, column `{_columns[0].Name}` has {RowCount}.", nameof(columns));
            }

            if (!_indexes.TryAdd(column.Name, i))
            {
                throw new ArgumentException($"Two columns are named `{column.Name}`.", nameof(columns));
            }
        }

        Schema = Array.ConvertAll(_columns, c => c.Schema);
    }

    /// <summary>The table without columns and rows.</summary>
    public static Table Empty { get; } = new([]);

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>Columns in order.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>Name and type of each column, in order.</summary>
    public IReadOnlyList<ColumnSchema> Schema { get; }

    /// <summary>Bytes that the values occupy, without memory shared outside a slice.</summary>
    public long EstimatedBytes => _columns.Sum(c => c.EstimatedBytes);

    /// <summary>The column of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that exist.</exception>
    public Column this[string name] => TryGetColumn(name, out Column? column) ? column : throw NoColumn(name);

    /// <summary>Finds a column by name.</summary>
    public bool TryGetColumn(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Column? column)
    {
        column = _indexes.TryGetValue(name, out int index) ? _columns[index] : null;
        return column is not null;
    }

    /// <summary>The column of that name and type.</summary>
    /// <typeparam name="T">The concrete column class.</typeparam>
    /// <exception cref="ArgumentException">There is none of that name, or it has another type.</exception>
    public T GetColumn<T>(string name)
        where T : Column
    {
        Column column = this[name];
        return column as T
            ?? throw new ArgumentException($"Column `{name}` is {column.Type}, expected {typeof(T).Name}.", nameof(name));
    }

    /// <summary>Returns the rows [offset, offset + length) without copying.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range leaves the table.</exception>
    public Table Slice(int offset, int length)
    {
        if (offset < 0 || length < 0 || offset > RowCount - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"The table has {RowCount} rows, asked for {length} from {offset}.");
        }

        return new Table(Array.ConvertAll(_columns, c => c.Slice(offset, length)));
    }

    /// <summary>Returns the named columns in the given order without copying.</summary>
    /// <exception cref="ArgumentException">A column does not exist or is named twice.</exception>
    public Table Select(params string[] names) => new(Array.ConvertAll(names, n => this[n]));

    /// <summary>Returns the table with the column appended, or put in the place of the one with its name.</summary>
    /// <exception cref="ArgumentException">The column has another number of rows.</exception>
    public Table With(Column column)
    {
        ArgumentNullException.ThrowIfNull(column);
        if (!_indexes.TryGetValue(column.Name, out int index))
        {
            return new Table([.. _columns, column]);
        }

        Column[] columns = [.. _columns];
        columns[index] = column;
        return new Table(columns);
    }

    /// <summary>Returns a new table with the given rows in the given order; rows may repeat.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A row number leaves the table.</exception>
    public Table Take(ReadOnlySpan<int> rows)
    {
        var columns = new Column[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _columns[i].Take(rows);
        }

        return new Table(columns);
    }

    /// <summary>Puts the rows of tables with one schema one after the other. One table is returned as it is; none gives <see cref="Empty"/>.</summary>
    /// <exception cref="ArgumentException">The schemas differ; the message names the first difference.</exception>
    public static Table Concat(IReadOnlyList<Table> tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        return tables.Count switch
        {
            0 => Empty,
            1 => tables[0],
            _ => Join(tables),
        };
    }

    private static Table Join(IReadOnlyList<Table> tables)
    {
        var joiner = new TableJoiner();
        foreach (Table table in tables)
        {
            joiner.Measure(table);
        }

        foreach (Table table in tables)
        {
            joiner.Append(table);
        }

        return joiner.Build();
    }

    /// <summary>Whether both tables have the same schema and values.</summary>
    public bool ContentEquals(Table other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (RowCount != other.RowCount || _columns.Length != other._columns.Length)
        {
            return false;
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            if (!_columns[i].ContentEquals(other._columns[i]))
            {
                return false;
            }
        }

        return true;
    }

    private ArgumentException NoColumn(string name) =>
        new($"No column `{name}`; the table has: {(_columns.Length == 0 ? "no columns" : string.Join(", ", _columns.Select(c => c.Name)))}.", nameof(name));
}
