namespace EasyQuant.Data;

internal static class TableConcat
{
    public static Table Concat(IReadOnlyList<Table> tables)
    {
        Table first = tables[0];
        long rowCount = first.RowCount;
        for (int t = 1; t < tables.Count; t++)
        {
            CheckSameSchema(first, tables[t], t);
            rowCount += tables[t].RowCount;
        }

        if (rowCount > Array.MaxLength)
        {
            throw new ArgumentException($"The tables have {rowCount} rows together, at most {Array.MaxLength} fit.", nameof(tables));
        }

        var columns = new Column[first.Columns.Count];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = ConcatColumn(tables, c, (int)rowCount);
        }

        return new Table(columns);
    }

    private static void CheckSameSchema(Table first, Table other, int index)
    {
        if (first.Schema.Count != other.Schema.Count)
        {
            throw new ArgumentException($"Table {index} has {other.Schema.Count} columns, table 0 has {first.Schema.Count}.", nameof(other));
        }

        for (int c = 0; c < first.Schema.Count; c++)
        {
            if (first.Schema[c] != other.Schema[c])
            {
                throw new ArgumentException(
                    $"Column {c} of table {index} is `{other.Schema[c]}`, of table 0 `{first.Schema[c]}`.", nameof(other));
            }
        }
    }

    private static Column ConcatColumn(IReadOnlyList<Table> tables, int c, int rowCount)
    {
        string name = tables[0].Columns[c].Name;
        return tables[0].Columns[c] switch
        {
            Float64Column => Float64Column.Create(name, Join<double>(tables, c, rowCount, out _)),
            Int64Column => Int64Column.Create(name, Join<long>(tables, c, rowCount, out Validity? v), v),
            DecimalColumn d => DecimalColumn.Create(name, d.Scale, Join<long>(tables, c, rowCount, out Validity? v), v),
            DateColumn => DateColumn.Create(name, Join<int>(tables, c, rowCount, out Validity? v), v),
            TimestampColumn => TimestampColumn.Create(name, Join<long>(tables, c, rowCount, out Validity? v), v),
            BoolColumn => BoolColumn.Create(name, Join<bool>(tables, c, rowCount, out Validity? v), v),
            _ => JoinStrings(tables, c, rowCount),
        };
    }

    private static T[] Join<T>(IReadOnlyList<Table> tables, int c, int rowCount, out Validity? validity)
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        var values = new T[rowCount];
        int at = 0;
        foreach (Table table in tables)
        {
            var column = (FixedWidthColumn<T>)table.Columns[c];
            column.Memory.Span.CopyTo(values.AsSpan(at));
            at += column.Length;
        }

        validity = JoinValidity(tables, c, rowCount);
        return values;
    }

    private static StringColumn JoinStrings(IReadOnlyList<Table> tables, int c, int rowCount)
    {
        long byteCount = 0;
        foreach (Table table in tables)
        {
            var column = (StringColumn)table.Columns[c];
            byteCount += column.Offsets[^1] - column.Offsets[0];
        }

        string name = tables[0].Columns[c].Name;
        if (byteCount > Array.MaxLength)
        {
            throw new ArgumentException($"Column `{name}`: the texts have {byteCount} bytes together, at most {Array.MaxLength} fit.", nameof(tables));
        }

        var bytes = new byte[byteCount];
        var offsets = new int[rowCount + 1];
        int at = 0;
        int row = 0;
        foreach (Table table in tables)
        {
            var column = (StringColumn)table.Columns[c];
            ReadOnlySpan<int> source = column.Offsets;
            column.Utf8Bytes[source[0]..source[^1]].CopyTo(bytes.AsSpan(at));
            for (int i = 0; i < column.Length; i++)
            {
                offsets[++row] = at + source[i + 1] - source[0];
            }

            at = offsets[row];
        }

        return StringColumn.Create(name, offsets, bytes, JoinValidity(tables, c, rowCount));
    }

    private static Validity? JoinValidity(IReadOnlyList<Table> tables, int c, int rowCount)
    {
        if (tables.All(t => t.Columns[c].NullCount == 0))
        {
            return null;
        }

        var present = new bool[rowCount];
        int at = 0;
        foreach (Table table in tables)
        {
            Column column = table.Columns[c];
            for (int i = 0; i < column.Length; i++)
            {
                present[at++] = !column.IsNull(i);
            }
        }

        return Validity.FromFlags(present);
    }
}
