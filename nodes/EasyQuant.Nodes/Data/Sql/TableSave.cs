using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Effects;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>
/// One save: fence, effect key and rows in one transaction of the project's schema. A repeated key writes nothing and answers what the first
/// execution answered. Failpoints: <c>db-save.before-commit</c>, <c>db-save.after-commit</c>.
/// </summary>
internal sealed class TableSave(ProjectDatabase database, SavePlan plan, TimeSpan timeout)
{
    private readonly TargetTable _target = new(database, plan);

    public async Task<JsonObject> RunAsync(string resource, long epoch, string effectKey, CancellationToken cancellationToken)
    {
        try
        {
            string answer = await Transactions.RunAsync(
                database.DataSource, "db-save", (connection, token) => SaveOnceAsync(connection, resource, epoch, effectKey, token), cancellationToken);
            return (JsonObject)JsonNode.Parse(answer)!;
        }
        catch (EpochStaleException e)
        {
            throw new NodeException(EpochStaleException.Reason, e.Message, transient: false, e);
        }
        catch (NpgsqlException e)
        {
            throw SqlErrors.ToNodeException(e, _target.Quoted);
        }
    }

    private async Task<string> SaveOnceAsync(NpgsqlConnection connection, string resource, long epoch, string effectKey, CancellationToken cancellationToken)
    {
        await LimitTimeAsync(connection, cancellationToken);
        await database.Effects.FenceAsync(connection, resource, epoch, cancellationToken);
        if (!await database.Effects.TryClaimAsync(connection, effectKey, cancellationToken))
        {
            return await database.Effects.GetResultAsync(connection, effectKey, cancellationToken)
                ?? throw new NodeException("EFFECT_KEY_TAKEN", $"The effect key `{effectKey}` belongs to an effect of another kind.");
        }

        await _target.PrepareAsync(connection, cancellationToken);
        SaveCounts counts = plan.Mode switch
        {
            DbSaveMode.Append => await AppendAsync(connection, cancellationToken),
            DbSaveMode.InsertNew => await InsertNewAsync(connection, cancellationToken),
            _ => await UpsertAsync(connection, cancellationToken),
        };
        string answer = counts.ToJson($"{database.Schema}.{plan.Target}", plan).ToJsonString();
        await database.Effects.SetResultAsync(connection, effectKey, answer, cancellationToken);
        return answer;
    }

    // The pool's statement limit is made for short statements; a save has its own, on the server and in the client.
    private async Task LimitTimeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string milliseconds = ((long)timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await using var command = new NpgsqlCommand(
            $"set local statement_timeout = {milliseconds}; set local idle_in_transaction_session_timeout = {milliseconds}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<SaveCounts> AppendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CopyStream.SendAsync(connection, _target.Quoted, plan.Table, cancellationToken);
        return new SaveCounts(plan.Table.RowCount, 0, 0);
    }

    private async Task<SaveCounts> InsertNewAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        (int[] added, int[] known) = await new KeyLookup(_target.Quoted, plan).SplitAsync(connection, cancellationToken);
        long inserted = await AddAsync(connection, added, cancellationToken);
        return new SaveCounts(inserted, 0, added.Length - inserted + known.Length + plan.DroppedCount);
    }

    private async Task<SaveCounts> UpsertAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        (int[] added, int[] known) = await new KeyLookup(_target.Quoted, plan).SplitAsync(connection, cancellationToken);
        long updated = await ReplaceAsync(connection, Rows(known), cancellationToken);
        long inserted = await AddAsync(connection, added, cancellationToken);
        return new SaveCounts(inserted, updated, plan.Table.RowCount - inserted - updated + plan.DroppedCount);
    }

    private Table Rows(int[] rows) => rows.Length == plan.Table.RowCount ? plan.Table : plan.Table.Take(rows);

    /// <summary>Adds rows whose keys were not stored a moment ago: by COPY, which is fastest; when another writer was quicker, row by row as far as they are new.</summary>
    private async Task<long> AddAsync(NpgsqlConnection connection, int[] rows, CancellationToken cancellationToken)
    {
        if (rows.Length == 0)
        {
            return 0;
        }

        Table table = Rows(rows);
        await ExecuteAsync(connection, "savepoint eq_add", cancellationToken);
        try
        {
            await CopyStream.SendAsync(connection, _target.Quoted, table, cancellationToken);
            return table.RowCount;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await ExecuteAsync(connection, "rollback to savepoint eq_add", cancellationToken);
        }

        await CopyToTemporaryAsync(connection, "eq_add", table, cancellationToken);
        string columns = ColumnList;
        return await ExecuteAsync(connection, $"insert into {_target.Quoted} ({columns}) select {columns} from pg_temp.eq_add on conflict do nothing", cancellationToken);
    }

    private async Task<long> ReplaceAsync(NpgsqlConnection connection, Table table, CancellationToken cancellationToken)
    {
        string[] others = [.. table.Schema.Select(s => s.Name).Where(n => !plan.Keys.Contains(n, StringComparer.Ordinal)).Select(SqlIdentifier.Quote)];
        if (others.Length == 0 || table.RowCount == 0)
        {
            return 0;
        }

        await CopyToTemporaryAsync(connection, "eq_replace", table, cancellationToken);
        string assignments = string.Join(", ", others.Select(c => $"{c} = n.{c}"));
        string differs = $"({string.Join(", ", others.Select(c => "t." + c))}) is distinct from ({string.Join(", ", others.Select(c => "n." + c))})";
        return await ExecuteAsync(connection, $"update {_target.Quoted} t set {assignments} from pg_temp.eq_replace n where {SameKey} and {differs}", cancellationToken);
    }

    private string ColumnList => string.Join(", ", plan.Table.Schema.Select(s => SqlIdentifier.Quote(s.Name)));

    private string SameKey => string.Join(" and ", plan.Keys.Select(k => $"t.{SqlIdentifier.Quote(k)} = n.{SqlIdentifier.Quote(k)}"));

    private async Task CopyToTemporaryAsync(NpgsqlConnection connection, string name, Table table, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"create temporary table {name} on commit drop as select {ColumnList} from {_target.Quoted} where false", cancellationToken);
        await CopyStream.SendAsync(connection, "pg_temp." + name, table, cancellationToken);
    }

    private async Task<long> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)timeout.TotalSeconds + 5 };
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
