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
    /// <summary>How long a worker that stands still while it looks for its keys holds its locks at most: 30 s.</summary>
    private static readonly TimeSpan s_idleMax = TimeSpan.FromSeconds(30);

    private readonly TargetTable _target = new(database, plan);

    public async Task<JsonObject> RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        try
        {
            string answer = await TransientRetry.WaitOutAsync(
                () => Transactions.RunAsync(
                    database.DataSource,
                    "db-save",
                    (connection, token) => SaveOnceAsync(connection, "run/" + execution.Run.RunId, execution.Run.Epoch, execution.EffectKey, token),
                    cancellationToken),
                e => execution.Progress(0, 0, SqlErrors.Waiting(e)),
                execution.Services.Time,
                cancellationToken);
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

        // By arrival: a step's save is claimed once, and a retried or older attempt is fenced.
        SaveCounts counts = await WriteRowsAsync(connection, null, cancellationToken);
        await LimitIdleAsync(connection, cancellationToken);
        string answer = counts.ToJson($"{database.Schema}.{plan.Target}", plan).ToJsonString();
        await database.Effects.SetResultAsync(connection, effectKey, answer, cancellationToken);
        return answer;
    }

    /// <summary>Writes the rows inside a transaction of the caller, who has claimed a key for them; an upsert with an order leaves what is newer alone.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, SaveOrder? order, CancellationToken cancellationToken)
    {
        await LimitTimeAsync(connection, cancellationToken);
        await WriteRowsAsync(connection, order, cancellationToken);
        await LimitIdleAsync(connection, cancellationToken);
    }

    private async Task<SaveCounts> WriteRowsAsync(NpgsqlConnection connection, SaveOrder? order, CancellationToken cancellationToken)
    {
        await _target.PrepareAsync(connection, order is not null, cancellationToken);
        return plan.Mode switch
        {
            DbSaveMode.Append => await AppendAsync(connection, cancellationToken),
            DbSaveMode.InsertNew => await InsertNewAsync(connection, cancellationToken),
            _ => await UpsertAsync(connection, new UpsertSql(plan, _target, order), cancellationToken),
        };
    }

    // With many keys it computes between two statements; appending computes while it sends.
    private bool HasKeys => plan.Mode != DbSaveMode.Append;

    // The pool's limits are made for short statements; a save has its own, on the server and in the client.
    private async Task LimitTimeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        TimeSpan idle = timeout < s_idleMax ? timeout : s_idleMax;
        string limits = string.Create(CultureInfo.InvariantCulture, $"set local statement_timeout = {(long)timeout.TotalMilliseconds}");
        limits += HasKeys ? string.Create(CultureInfo.InvariantCulture, $"; set local idle_in_transaction_session_timeout = {(long)idle.TotalMilliseconds}") : "";
        await using var command = new NpgsqlCommand(limits, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // From here to the commit nothing computes: who stands still now holds up everybody who counts chunks of the same stream.
    private async Task LimitIdleAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!HasKeys)
        {
            return;
        }

        await using var command = new NpgsqlCommand("set local idle_in_transaction_session_timeout to default", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<SaveCounts> AppendAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CopyStream.SendAsync(connection, _target.Quoted, plan.Table, cancellationToken);
        return new SaveCounts(plan.Table.RowCount, 0, 0);
    }

    /// <summary>Adds the rows whose keys were not stored a moment ago: by COPY, which is fastest; when another writer was quicker, one by one as far as they are new.</summary>
    private async Task<SaveCounts> InsertNewAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int[]? added = await new KeyLookup(_target.Quoted, plan).FindAddedAsync(connection, cancellationToken);
        long inserted = added is []
            ? 0
            : await UnlessTakenAsync(
                connection,
                () => CopyStream.SendAsync(connection, _target.Quoted, plan.Table, added, cancellationToken),
                () => AddMissingAsync(connection, cancellationToken),
                cancellationToken);
        return new SaveCounts(inserted, 0, plan.Table.RowCount - inserted + plan.DroppedCount);
    }

    private async Task<long> AddMissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await CopyToTemporaryAsync(connection, "eq_add", plan.Table, cancellationToken);
        return await ExecuteAsync(
            connection, $"insert into {_target.Quoted} ({ColumnList}) select {ColumnList} from pg_temp.eq_add on conflict do nothing", cancellationToken);
    }

    /// <summary>One MERGE joins the rows with the stored ones once. It does not expect others to add the same keys meanwhile: then each row looks for itself.</summary>
    private async Task<SaveCounts> UpsertAsync(NpgsqlConnection connection, UpsertSql sql, CancellationToken cancellationToken)
    {
        if (plan.Table.RowCount == 0)
        {
            return new SaveCounts(0, 0, plan.DroppedCount);
        }

        long before = await UpdatedSoFarAsync(connection, cancellationToken);
        bool isPlain = !sql.IsOrdered && await new KeyLookup(_target.Quoted, plan).IsEmptyAsync(connection, cancellationToken);
        long written = await UnlessTakenAsync(
            connection,
            () => isPlain ? CopyStream.SendAsync(connection, _target.Quoted, plan.Table, cancellationToken) : SendAsync(connection, sql.Merge, cancellationToken),
            async () =>
            {
                before = await UpdatedSoFarAsync(connection, cancellationToken);
                return await SendAsync(connection, sql.InsertOrUpdate, cancellationToken);
            },
            cancellationToken);
        long updated = await UpdatedSoFarAsync(connection, cancellationToken) - before;
        return new SaveCounts(written - updated, updated, plan.Table.RowCount - written + plan.DroppedCount);
    }

    private async Task<long> SendAsync(NpgsqlConnection connection, string upsert, CancellationToken cancellationToken)
    {
        await CopyToTemporaryAsync(connection, UpsertSql.Source, plan.Table, cancellationToken);
        return await ExecuteAsync(connection, upsert, cancellationToken);
    }

    /// <summary>Writes all at once; when another writer has taken a key meanwhile, takes that back and writes the careful way.</summary>
    private async Task<long> UnlessTakenAsync(
        NpgsqlConnection connection, Func<Task<long>> writeAll, Func<Task<long>> writeEach, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "savepoint eq_save", cancellationToken);
        try
        {
            return await writeAll();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await ExecuteAsync(connection, "rollback to savepoint eq_save", cancellationToken);
        }

        return await writeEach();
    }

    // MERGE says how many rows it wrote, not how many of them were there before: the server counts that for the transaction.
    private async Task<long> UpdatedSoFarAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select coalesce(sum(pg_stat_get_xact_tuples_updated(relid)), 0)::bigint
            from (select to_regclass($1)::oid as relid union select relid::oid from pg_partition_tree(to_regclass($1))) as written
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _target.Quoted });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private string ColumnList => string.Join(", ", plan.Table.Schema.Select(s => SqlIdentifier.Quote(s.Name)));

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
