using System.Text.RegularExpressions;
using EasyQuant.Data;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>What tables the workflows of a project saved. The platform's own tables (eq_...) and its column eq_seq are not shown. Thread-safe.</summary>
internal sealed partial class DataCatalog(NpgsqlDataSource dataSource)
{
    private const string Select =
        """
        select c.relname, greatest(c.reltuples, 0)::bigint, a.attname, format_type(a.atttypid, a.atttypmod), t.typname, a.atttypmod,
            coalesce(array_position(i.indkey::int2[], a.attnum), -1)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        left join pg_index i on i.indrelid = c.oid and i.indisprimary
        where n.nspname = $1 and c.relkind in ('r', 'p') and c.relname not like 'eq\_%' and not (a.attname = 'eq_seq' and t.typname = 'uuid')
        """;

    /// <summary>Returns the schema of a project's data; null when the project's name cannot have one.</summary>
    public static string? SchemaOf(string projectId) =>
        projectId == "default" ? "data" : ProjectName().IsMatch(projectId) ? "data_" + projectId : null;

    /// <summary>Finds a table of the project.</summary>
    /// <exception cref="RpcError">NotFound TABLE_NOT_FOUND.</exception>
    public async Task<DataTable> RequireAsync(string projectId, string name, CancellationToken cancellationToken)
    {
        List<DataTable> found = await QueryAsync(projectId, " and c.relname = $2", name, 1, cancellationToken);
        return found.Count == 1
            ? found[0]
            : throw new RpcError(
                global::Grpc.Core.StatusCode.NotFound,
                "TABLE_NOT_FOUND",
                $"There is no table \"{name}\" in this project; a DbSave node of a workflow makes it.",
                new Dictionary<string, string> { ["table"] = name });
    }

    /// <summary>Lists tables by name, those after <paramref name="after"/>.</summary>
    public Task<List<DataTable>> ListAsync(string projectId, string after, int countMax, CancellationToken cancellationToken) =>
        QueryAsync(
            projectId,
            """
             and c.relname collate "C" > $2 and c.relname in (
                select relname from pg_class where relnamespace = n.oid and relkind in ('r', 'p') and relname not like 'eq\_%'
                    and relname collate "C" > $2 order by relname collate "C" limit $3)
            """,
            after,
            countMax,
            cancellationToken);

    private async Task<List<DataTable>> QueryAsync(
        string projectId, string filter, string name, int countMax, CancellationToken cancellationToken)
    {
        if (SchemaOf(projectId) is not { } schema)
        {
            return [];
        }

        return await Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"{Select}{filter} order by c.relname collate \"C\", a.attnum", connection);
            command.Add(schema).Add(name);
            if (filter.Contains("$3", StringComparison.Ordinal))
            {
                command.Add(countMax);
            }

            var tables = new List<DataTable>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            string? current = null;
            long estimate = 0;
            List<(DataColumn Column, int KeyPosition)> columns = [];
            while (await reader.ReadAsync(token))
            {
                if (reader.GetString(0) != current)
                {
                    Flush();
                    current = reader.GetString(0);
                    estimate = reader.GetInt64(1);
                }

                columns.Add((ColumnOf(reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5)), reader.GetInt32(6)));
            }

            Flush();
            return tables;

            void Flush()
            {
                // A name that only quoting could make was not made by DbSave.
                if (current is not null && IdentifierName().IsMatch(current) && columns.All(one => IdentifierName().IsMatch(one.Column.Name)))
                {
                    tables.Add(new DataTable(
                        schema,
                        current,
                        [.. columns.Select(one => one.Column)],
                        [.. columns.Where(one => one.KeyPosition >= 0).OrderBy(one => one.KeyPosition).Select(one => one.Column)],
                        estimate));
                }

                columns = [];
            }
        }, cancellationToken);
    }

    private static DataColumn ColumnOf(string name, string sqlType, string typeName, int modifier)
    {
        // The modifier of numeric(p, s) is ((p << 16) | s) + 4; -1 means no declared scale.
        int scale = modifier < 4 ? -1 : (modifier - 4) & 0x7FF;
        return typeName switch
        {
            "float4" or "float8" => new DataColumn(name, sqlType, ColumnType.Float64, 0, false),
            "int2" or "int4" or "int8" => new DataColumn(name, sqlType, ColumnType.Int64, 0, false),
            "numeric" when scale is >= 0 and <= ColumnSchema.ScaleMax => new DataColumn(name, sqlType, ColumnType.Decimal, scale, false),
            "date" => new DataColumn(name, sqlType, ColumnType.Date, 0, false),
            "timestamptz" or "timestamp" => new DataColumn(name, sqlType, ColumnType.Timestamp, 0, false),
            "bool" => new DataColumn(name, sqlType, ColumnType.Bool, 0, false),
            "text" or "varchar" => new DataColumn(name, sqlType, ColumnType.String, 0, false),
            _ => new DataColumn(name, sqlType, ColumnType.String, 0, true),
        };
    }

    [GeneratedRegex(@"\A[a-z0-9_]{1,57}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierName();
}
