using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>Creates the table of a save, or checks that an existing one fits.</summary>
internal sealed class TargetTable(ProjectDatabase database, SavePlan plan)
{
    public string Quoted { get; } = $"{SqlIdentifier.Quote(database.Schema)}.{SqlIdentifier.Quote(plan.Target)}";

    public async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Dictionary<string, StoredColumn> stored = await ColumnsAsync(connection, cancellationToken);
        if (stored.Count == 0)
        {
            await CreateAsync(connection, cancellationToken);
            stored = await ColumnsAsync(connection, cancellationToken);
        }

        CheckColumns(stored);
        if (plan.Mode != DbSaveMode.Append && !await HasKeyAsync(connection, cancellationToken))
        {
            string keys = string.Join(", ", plan.Keys);
            throw new NodeException("DB_KEY_MISSING", $"Table {Quoted} has no unique index on exactly ({keys}), which the mode needs; create one.");
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        IEnumerable<string> columns = plan.Table.Schema.Select(s => $"{SqlIdentifier.Quote(s.Name)} {SqlTypes.Of(s)}");
        string key = plan.Keys.Count == 0 ? "" : $", primary key ({string.Join(", ", plan.Keys.Select(SqlIdentifier.Quote))})";

        // "if not exists" alone fails with a unique violation when two sessions create the same table at once.
        await using var command = new NpgsqlCommand(
            $"select pg_advisory_xact_lock(4711, hashtext('{SqlIdentifier.Validate(plan.Target)}')); create table if not exists {Quoted} ({string.Join(", ", columns)}{key})",
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
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
