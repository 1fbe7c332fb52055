namespace EasyQuant.Data;

/// <summary>Stable ordering of rows by columns.</summary>
public static class TableSort
{
    /// <summary>
    /// Returns the row numbers of the table in the order of the keys; rows equal in all keys keep their order. Missing values come last in both
    /// directions.
    /// </summary>
    /// <param name="table">Not modified.</param>
    /// <param name="keys">Column and direction, most significant first.</param>
    /// <exception cref="ArgumentException">A key column does not exist.</exception>
    public static int[] Order(Table table, params ReadOnlySpan<(string Column, bool IsDescending)> keys)
    {
        ArgumentNullException.ThrowIfNull(table);
        var columns = new (Column Column, bool IsDescending)[keys.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = (table[keys[i].Column], keys[i].IsDescending);
        }

        var rows = new int[table.RowCount];
        bool isOrdered = true;
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
            isOrdered = isOrdered && (i == 0 || Compare(columns, i - 1, i) <= 0);
        }

        if (!isOrdered)
        {
            Array.Sort(rows, (left, right) => Compare(columns, left, right) is var c && c != 0 ? c : left.CompareTo(right));
        }

        return rows;
    }

    /// <summary>Returns the table ordered by the keys; the same object when it already is.</summary>
    public static Table Sort(Table table, params ReadOnlySpan<(string Column, bool IsDescending)> keys)
    {
        int[] rows = Order(table, keys);
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] != i)
            {
                return table.Take(rows);
            }
        }

        return table;
    }

    private static int Compare((Column Column, bool IsDescending)[] keys, int left, int right)
    {
        foreach ((Column column, bool isDescending) in keys)
        {
            int order = column.CompareRows(left, right);
            if (order != 0)
            {
                return isDescending && !column.IsNull(left) && !column.IsNull(right) ? -order : order;
            }
        }

        return 0;
    }
}
