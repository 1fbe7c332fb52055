using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>Creates the table of a save, or checks that an existing one fits.</summary>
internal sealed class TargetTable(ProjectDatabase database, SavePlan plan)
{
    public string Quoted { get; } = $"{SqlIdentifier.Quote(database.Schema)}.{SqlIdentifier.Quote(plan.Target)}";

    /// <summary>Whether the rows fill all columns of the table, except <see cref="SaveOrder.Column"/>.</summary>
    public bool IsComplete { get; private set; }

    public async Task PrepareAsync(NpgsqlConnection connection, bool isOrdered, CancellationToken cancellationToken)
    {
        if (isOrdered && plan.Table.TryGetColumn(SaveOrder.Column, out _))
        {
            throw new NodeException("DB_IDENTIFIER", $"Column `{SaveOrder.Column}` has a reserved name; rename it before saving.");
        }

        Dictionary<string, StoredColumn> stored = await ColumnsAsync(connection, cancellationToken);
        if (stored.Count == 0)
        {
            await CreateAsync(connection, isOrdered, cancellationToken);
            stored = await ColumnsAsync(connection, cancellationToken);
        }

        CheckColumns(stored);
        if (plan.Mode != DbSaveMode.Append && !await HasKeyAsync(connection, cancellationToken))
        {
            string keys = string.Join(", ", plan.Keys);
            throw new NodeException("DB_KEY_MISSING", $"Table {Quoted} has no unique index on exactly ({keys}), which the mode needs; create one.");
        }

        IsComplete = stored.Keys.All(name => name == SaveOrder.Column || plan.Table.TryGetColumn(name, out _));
        if (isOrdered && !HasOrder(stored))
        {
            await AddOrderAsync(connection, cancellationToken);
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, bool isOrdered, CancellationToken cancellationToken)
    {
        IEnumerable<string> columns = plan.Table.Schema.Select(s => $"{SqlIdentifier.Quote(s.Name)} {SqlTypes.Of(s)}");
        columns = isOrdered ? columns.Append($"{SaveOrder.Column} {SaveOrder.ColumnType}") : columns;
        string key = plan.Keys.Count == 0 ? "" : $", primary key ({string.Join(", ", plan.Keys.Select(SqlIdentifier.Quote))})";

        // "if not exists" alone fails with a unique violation when two sessions create the same table at once.
        await using var command = new NpgsqlCommand($"{Lock}; create table if not exists {Quoted} ({string.Join(", ", columns)}{key})", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Lock => $"select pg_advisory_xact_lock(4711, hashtext('{SqlIdentifier.Validate(plan.Target)}'))";

    /// <summary>Adds the column once, for a moment alone with the table: the others look again when they have the lock, and find it there.</summary>
    private async Task AddOrderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var wait = new NpgsqlCommand(Lock, connection))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        if (HasOrder(await ColumnsAsync(connection, cancellationToken)))
        {
            return;
        }

        string alter = $"alter table {Quoted} add column {SaveOrder.Column} {SaveOrder.ColumnType}";
        try
        {
            await using var command = new NpgsqlCommand(alter, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.WrongObjectType)
        {
            throw new NodeException(
                "DB_COLUMN_MISMATCH",
                $"Table {Quoted} has no column `{SaveOrder.Column}`, in which upserts of process groups keep which row is newer, and it cannot be added: {e.MessageText}. Its owner can: {alter}.",
                transient: false,
                e);
        }
    }

    private bool HasOrder(Dictionary<string, StoredColumn> stored)
    {
        if (!stored.TryGetValue(SaveOrder.Column, out StoredColumn column))
        {
            return false;
        }

        return column.Type == SaveOrder.ColumnType
            ? true
            : throw new NodeException(
                "DB_COLUMN_MISMATCH", $"The columns do not fit table {Quoted}: `{SaveOrder.Column}` is {column.Type} there, expected {SaveOrder.ColumnType}.");
    }

    private async Task<Dictionary<string, StoredColumn>> ColumnsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = ''
            from pg_attribute a where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Quoted });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new Dictionary<string, StoredColumn>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            columns[reader.GetString(0)] = new StoredColumn(reader.GetString(1), reader.GetBoolean(2));
        }

        return columns;
    }

    private void CheckColumns(Dictionary<string, StoredColumn> stored)
    {
        var faults = new List<string>();
        foreach (ColumnSchema schema in plan.Table.Schema)
        {
            if (!stored.TryGetValue(schema.Name, out StoredColumn column))
            {
                faults.Add($"`{schema.Name}` does not exist there, it would be {SqlTypes.Of(schema)}");
            }
            else if (!SqlTypes.Accepts(column.Type, schema))
            {
                faults.Add($"`{schema.Name}` is {column.Type} there, expected {SqlTypes.Of(schema)}");
            }
        }

        foreach ((string name, StoredColumn column) in stored.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (column.IsNeeded && !plan.Table.TryGetColumn(name, out _))
            {
                faults.Add($"`{name}` needs a value there and is not in the input");
            }
        }

        if (faults.Count > 0)
        {
            throw new NodeException("DB_COLUMN_MISMATCH", $"The columns do not fit table {Quoted}: {string.Join("; ", faults.Take(20))}.");
        }
    }

    private async Task<bool> HasKeyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select exists(
              select 1 from pg_index i
              where i.indrelid = to_regclass($1) and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
                and (select array_agg(a.attname::text order by a.attname::text) from pg_attribute a
                     where a.attrelid = i.indrelid and a.attnum = any(i.indkey[0:i.indnkeyatts - 1])) = $2)
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Quoted });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plan.Keys.Order(StringComparer.Ordinal)] });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private readonly record struct StoredColumn(string Type, bool IsNeeded);
}
