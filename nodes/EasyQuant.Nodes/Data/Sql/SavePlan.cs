using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Persistence;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>A table that is checked and ready to be saved: identifiers allowed, keys present and unique.</summary>
internal sealed class SavePlan
{
    private SavePlan(Table table, DbSaveParameters parameters, long droppedCount)
    {
        Table = table;
        Mode = parameters.Mode;
        Keys = parameters.Keys;
        Target = parameters.Table;
        DroppedCount = droppedCount;
    }

    public Table Table { get; }

    public DbSaveMode Mode { get; }

    public IReadOnlyList<string> Keys { get; }

    public string Target { get; }

    /// <summary>Rows left out because another row of the input has their key.</summary>
    public long DroppedCount { get; }

    public static SavePlan Create(Table table, DbSaveParameters parameters)
    {
        if (table.Columns.Count == 0)
        {
            throw new NodeException("TABLE_SCHEMA", "The table has no columns.");
        }

        foreach (Column column in table.Columns)
        {
            CheckIdentifier(column.Name);
        }

        foreach (string key in parameters.Keys)
        {
            if (!table.TryGetColumn(key, out Column? column))
            {
                throw new NodeException("DB_KEY_MISSING", $"The table has no key column `{key}`; it has {string.Join(", ", table.Columns.Select(c => c.Name))}.");
            }

            if (column.NullCount > 0)
            {
                int row = Enumerable.Range(0, column.Length).First(column.IsNull);
                throw new NodeException("DB_KEY_NULL", $"Key column `{key}` has no value in row {row}.");
            }
        }

        return parameters.Mode == DbSaveMode.Append ? new SavePlan(table, parameters, 0) : WithUniqueKeys(table, parameters);
    }

    private static SavePlan WithUniqueKeys(Table table, DbSaveParameters parameters)
    {
        Column[] keys = [.. parameters.Keys.Select(k => table[k])];
        if (IsStrictlyAscending(keys, table.RowCount))
        {
            return new SavePlan(table, parameters, 0);
        }

        int[] order = TableSort.Order(table, [.. parameters.Keys.Select(k => (k, false))]);
        bool keepsLast = parameters.Mode == DbSaveMode.Upsert;
        var kept = new List<int>(order.Length);
        for (int i = 0; i < order.Length; i++)
        {
            bool isRepeated = keepsLast
                ? i + 1 < order.Length && SameKey(keys, order[i], order[i + 1])
                : i > 0 && SameKey(keys, order[i - 1], order[i]);
            if (!isRepeated)
            {
                kept.Add(order[i]);
            }
        }

        if (kept.Count == table.RowCount)
        {
            return new SavePlan(table, parameters, 0);
        }

        return new SavePlan(table.Take(kept.ToArray()), parameters, table.RowCount - kept.Count);
    }

    // The usual case, bars by symbol and date: then no key is there twice, and nothing needs to be sorted.
    private static bool IsStrictlyAscending(Column[] keys, int rowCount)
    {
        for (int row = 1; row < rowCount; row++)
        {
            int order = 0;
            for (int k = 0; k < keys.Length && order == 0; k++)
            {
                order = keys[k].CompareRows(row - 1, row);
            }

            if (order >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameKey(Column[] keys, int left, int right)
    {
        foreach (Column key in keys)
        {
            if (key.CompareRows(left, right) != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckIdentifier(string name)
    {
        if (name == KeyLookup.RowColumn)
        {
            throw new NodeException("DB_IDENTIFIER", $"Column `{name}` has a reserved name; rename it before saving.");
        }

        try
        {
            SqlIdentifier.Validate(name);
        }
        catch (ArgumentException e)
        {
            throw new NodeException(
                "DB_IDENTIFIER", $"Column `{name}` is no allowed SQL name (letters, digits, underscores, at most 63); rename it before saving.", transient: false, e);
        }
    }
}
