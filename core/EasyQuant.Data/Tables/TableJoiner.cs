namespace EasyQuant.Data;

/// <summary>
/// Joins tables of one schema into columns of the final size, so that no more is held than the result and the table in hand: first every table is measured, then
/// every table is appended, both in one order. What was measured and appended may be released by the caller. Not thread-safe.
/// </summary>
public sealed class TableJoiner
{
    private IReadOnlyList<ColumnSchema>? _schema;
    private long[] _byteCounts = [];
    private bool[] _hasNulls = [];
    private JoinedColumn[]? _columns;
    private long _rowCount;
    private int _measuredCount;
    private int _appendedCount;

    /// <summary>Gets how many tables were measured.</summary>
    public int Count => _measuredCount;

    /// <summary>Counts the rows and bytes of the next table; keeps nothing of it but its schema.</summary>
    /// <exception cref="ArgumentException">Its columns are not those of the first table, or the result would not fit into columns.</exception>
    /// <exception cref="InvalidOperationException">A table was appended.</exception>
    public void Measure(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (_columns is not null)
        {
            throw new InvalidOperationException("All tables are measured before the first one is appended.");
        }

        if (_schema is null)
        {
            _schema = table.Schema;
            _byteCounts = new long[_schema.Count];
            _hasNulls = new bool[_schema.Count];
        }
        else
        {
            CheckSameSchema(table);
        }

        _measuredCount++;
        _rowCount += table.RowCount;
        if (_rowCount > Array.MaxLength)
        {
            throw new ArgumentException($"The tables have {_rowCount} rows together, at most {Array.MaxLength} fit.", nameof(table));
        }

        for (int c = 0; c < _schema.Count; c++)
        {
            // There a missing value is a value of its own.
            _hasNulls[c] |= table.Columns[c] is not Float64Column && table.Columns[c].NullCount > 0;
            if (table.Columns[c] is StringColumn text)
            {
                _byteCounts[c] += text.Offsets[^1] - text.Offsets[0];
                if (_byteCounts[c] > Array.MaxLength)
                {
                    throw new ArgumentException($"Column `{text.Name}`: the texts have {_byteCounts[c]} bytes together, at most {Array.MaxLength} fit.", nameof(table));
                }
            }
        }
    }

    /// <summary>Copies the next table, which is one that was measured; keeps nothing of it.</summary>
    /// <exception cref="ArgumentException">It is not the table that was measured at this place, as far as that can be told.</exception>
    public void Append(Table table)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (_schema is null || _appendedCount == _measuredCount)
        {
            throw new ArgumentException($"Only {_measuredCount} tables were measured.", nameof(table));
        }

        CheckSameSchema(table);
        _columns ??= [.. _schema.Select((schema, c) => JoinedColumn.Create(schema, (int)_rowCount, (int)_byteCounts[c], _hasNulls[c]))];
        _appendedCount++;
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c].Append(table.Columns[c]);
        }
    }

    /// <summary>Returns the joined table without copying it; <see cref="Table.Empty"/> when nothing was measured.</summary>
    /// <exception cref="InvalidOperationException">Not all tables that were measured were appended.</exception>
    public Table Build()
    {
        if (_appendedCount != _measuredCount)
        {
            throw new InvalidOperationException($"{_measuredCount} tables were measured, {_appendedCount} appended.");
        }

        return _columns is null ? Table.Empty : new Table(Array.ConvertAll(_columns, column => column.Build()));
    }

    private void CheckSameSchema(Table other)
    {
        int index = _columns is null ? _measuredCount : _appendedCount;
        if (_schema!.Count != other.Schema.Count)
        {
            throw new ArgumentException($"Table {index} has {other.Schema.Count} columns, table 0 has {_schema.Count}.", nameof(other));
        }

        for (int c = 0; c < _schema.Count; c++)
        {
            if (_schema[c] != other.Schema[c])
            {
                throw new ArgumentException($"Column {c} of table {index} is `{other.Schema[c]}`, of table 0 `{_schema[c]}`.", nameof(other));
            }
        }
    }
}
