using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.WorkflowService.Storage.Runs;
using Google.Protobuf.WellKnownTypes;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Keeps items for Runners. Every call checks the lease under a lock that the reaper respects. Null answers: the lease is lost. Thread-safe.</summary>
internal sealed class ItemStore(NpgsqlDataSource dataSource, RunHistoryFactory histories, ChildRuns children)
{
    private const int ItemsMax = 1_000;
    private const int BytesMax = 2 * 1024 * 1024;

    private const string LeaseSql = $"select {RunRow.Columns} from workflow.runs where run_id = $1 and epoch = $2 and state = 2 for share";

    private const string OpenSql =
        """
        insert into workflow.fan_outs(run_id, node_id, project_id, total_count, input_hash, concurrency, start_time) values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (run_id, node_id) do update
        set concurrency = excluded.concurrency
        returning total_count = $4 and input_hash = $5, mode, mode_reason, xmax = 0
        """;

    private const string ForgetSql =
        """
        update workflow.fan_outs
        set generation = generation + 1, total_count = $3, input_hash = $4, mode = 0, mode_reason = '', start_time = $5
        where run_id = $1 and node_id = $2
        """;

    private const string StageSql = "create temporary table if not exists eq_items(like workflow.run_items) on commit delete rows";

    private const string MergeSql =
        """
        insert into workflow.run_items select * from pg_temp.eq_items on conflict (run_id, node_id, item_index) do update
        set state = excluded.state, attempt = excluded.attempt, mode = excluded.mode, worker_id = excluded.worker_id, process_id = excluded.process_id,
            start_time = coalesce(excluded.start_time, run_items.start_time), elapsed_us = excluded.elapsed_us, epoch = excluded.epoch, error = excluded.error,
            outputs = excluded.outputs, failures = excluded.failures
        """;

    private const string ReadSql =
        $"""
        select {ItemRow.Columns}, coalesce(i.outputs, r.outputs), i.failures from workflow.run_items i left join workflow.runs r on r.run_id = i.child_run_id
        where i.run_id = $1 and i.node_id = $2 and i.item_index > $3 order by i.item_index limit 1000
        """;

    private const string CollectSql =
        """
        select i.item_index, case r.state when 4 then 3 else 4 end::smallint, i.attempt, i.mode, r.worker_id, 0, i.child_run_id, r.start_time,
            (extract(epoch from r.end_time - coalesce(r.start_time, r.end_time)) * 1000000)::bigint, r.error, r.outputs, i.failures, r.state, r.cancel_cause
        from workflow.run_items i join workflow.runs r on r.run_id = i.child_run_id
        where i.run_id = $1 and i.node_id = $2 and i.state = 2 and r.state in (4, 5, 6) order by i.item_index limit 1000
        """;

    /// <summary>Opens a fan-out.</summary>
    public Task<OpenFanOutResponse?> OpenAsync(Lease lease, OpenFanOutRequest request, CancellationToken cancellationToken) =>
        LeasedAsync(lease, "items.open", async (connection, run, token) =>
        {
            RunHistory history = histories.Create();
            string nodeId = request.Lease.NodeId;
            byte[] hash = request.InputHash.ToByteArray();
            bool isSame, isNew;
            var answer = new OpenFanOutResponse();
            await using (NpgsqlCommand open = Pg.Command(
                connection, OpenSql, Pg.P(run.RunId), Pg.P(nodeId), Pg.P(run.ProjectId), Pg.P(request.TotalCount), Pg.OrNull(hash), Pg.P(request.Concurrency), Pg.P(history.Now)))
            await using (NpgsqlDataReader reader = await open.ExecuteReaderAsync(token))
            {
                await reader.ReadAsync(token);
                (isSame, isNew) = (reader.GetBoolean(0), reader.GetBoolean(3));
                answer.Known = isSame && !isNew;
                answer.Mode = isSame ? (ItemMode)reader.GetInt16(1) : ItemMode.Unspecified;
                answer.ModeReason = isSame ? reader.GetString(2) : "";
            }

            if (!isSame)
            {
                await ForgetAsync(connection, run.RunId, [nodeId], token);
                await children.CancelAsync(connection, run.RunId, nodeId, null, "The fan-out has other items now.", history, token);
                await using NpgsqlCommand forget = Pg.Command(
                    connection, ForgetSql, Pg.P(run.RunId), Pg.P(nodeId), Pg.P(request.TotalCount), Pg.OrNull(hash), Pg.P(history.Now));
                await forget.ExecuteNonQueryAsync(token);
                await children.WriteAsync(connection, history, token);
            }

            return answer;
        }, cancellationToken);

    /// <summary>Stores states of items: copied into a table of the session, then merged in one statement.</summary>
    public Task<ReportItemsResponse?> ReportAsync(Lease lease, ReportItemsRequest request, CancellationToken cancellationToken) =>
        LeasedAsync(lease, "items.report", async (connection, run, token) =>
        {
            if (request.Items.Count > 0)
            {
                await ExecuteAsync(connection, StageSql, [], token);
                await using (NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(ItemRow.Copy, token))
                {
                    foreach (StoredItem item in request.Items)
                    {
                        await ItemRow.WriteAsync(copy, run, request.Lease.NodeId, item, token);
                    }

                    await copy.CompleteAsync(token);
                }

                await ExecuteAsync(connection, MergeSql, [], token);
            }

            if (request.Mode != ItemMode.Unspecified)
            {
                await ExecuteAsync(
                    connection,
                    "update workflow.fan_outs set mode = $3, mode_reason = $4 where run_id = $1 and node_id = $2",
                    [Pg.P(run.RunId), Pg.P(request.Lease.NodeId), Pg.P((short)request.Mode), Pg.P(request.ModeReason)],
                    token);
            }

            return new ReportItemsResponse();
        }, cancellationToken);

    /// <summary>Reads a page of items with outputs.</summary>
    public Task<ReadItemsResponse?> ReadAsync(Lease lease, string nodeId, int afterIndex, CancellationToken cancellationToken) =>
        LeasedAsync(lease, "items.read", async (connection, run, token) =>
        {
            var answer = new ReadItemsResponse();
            await using NpgsqlCommand command = Pg.Command(connection, ReadSql, Pg.P(run.RunId), Pg.P(nodeId), Pg.P(afterIndex));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            long bytes = 0;
            while (bytes < BytesMax && await reader.ReadAsync(token))
            {
                StoredItem item = ReadStored(reader);
                bytes += item.CalculateSize();
                answer.Items.Add(item);
            }

            answer.HasMore = bytes >= BytesMax || answer.Items.Count == ItemsMax;
            return answer;
        }, cancellationToken);

    /// <summary>Reads remote items whose runs have ended.</summary>
    public Task<CollectItemsResponse?> CollectAsync(Lease lease, string nodeId, CancellationToken cancellationToken) =>
        LeasedAsync(lease, "items.collect", async (connection, run, token) =>
        {
            var answer = new CollectItemsResponse
            {
                CancelRequested = run.Row.IsCancelRequested,
                PauseRequested = run.Row.IsPauseRequested,
                StepCancelRequested = run.Row.StepCancelOf(nodeId) is not null,
            };
            if (answer.CancelRequested || answer.StepCancelRequested)
            {
                return answer;
            }

            await using NpgsqlCommand command = Pg.Command(connection, CollectSql, Pg.P(run.RunId), Pg.P(nodeId));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            long bytes = 0;
            while (bytes < BytesMax && await reader.ReadAsync(token))
            {
                StoredItem item = ReadStored(reader);
                if ((RunState)reader.GetInt16(ItemRow.ColumnCount + 2) == RunState.Cancelled)
                {
                    string cause = reader.GetString(ItemRow.ColumnCount + 3);
                    item.Item.Error = cause == ChildRuns.TimeoutCause
                        ? new RunError { Reason = "ITEM_TIMEOUT", Message = $"Item {item.Item.Index} did not finish in time." }
                        : new RunError { Reason = "ITEM_CANCELLED", Message = $"The run of item {item.Item.Index} was cancelled. {cause}".TrimEnd() };
                }

                bytes += item.CalculateSize();
                answer.Items.Add(item);
            }

            return answer;
        }, cancellationToken);

    /// <summary>Cancels runs of remote items.</summary>
    public Task<CancelItemsResponse?> CancelAsync(Lease lease, string nodeId, TimeSpan? olderThan, CancellationToken cancellationToken) =>
        LeasedAsync(lease, "items.cancel", async (connection, run, token) =>
        {
            RunHistory history = histories.Create();
            string cause = olderThan is null ? "The fan-out ended early." : ChildRuns.TimeoutCause;
            await children.CancelAsync(connection, run.RunId, nodeId, olderThan, cause, history, token);
            await children.WriteAsync(connection, history, token);
            return new CancelItemsResponse();
        }, cancellationToken);

    /// <summary>Removes the items of nodes.</summary>
    public static async Task ForgetAsync(NpgsqlConnection connection, Guid runId, string[] nodeIds, CancellationToken cancellationToken) =>
        await ExecuteAsync(
            connection,
            "delete from workflow.run_items where run_id = $1 and node_id = any($2)",
            [Pg.P(runId), Pg.Many(NpgsqlDbType.Text, nodeIds, node => node)],
            cancellationToken);

    /// <summary>Checks a lease and keeps it from being taken away until the transaction ends; null when it is lost.</summary>
    internal static async Task<LeasedRun?> LeaseAsync(NpgsqlConnection connection, Lease lease, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, LeaseSql, Pg.P(lease.RunId), Pg.P(lease.Epoch));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new LeasedRun(RunRow.Read(reader)) : null;
    }

    internal static async Task ExecuteAsync(NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static StoredItem ReadStored(NpgsqlDataReader reader)
    {
        var stored = new StoredItem { Item = ItemRow.Read(reader), Failures = reader.GetInt32(ItemRow.ColumnCount + 1) };
        if (stored.Item.State == ItemState.Succeeded)
        {
            stored.Outputs = Pg.BytesOrNull(reader, ItemRow.ColumnCount) is { } outputs ? Struct.Parser.ParseFrom(outputs) : new Struct();
        }

        return stored;
    }

    private Task<T?> LeasedAsync<T>(
        Lease lease, string name, Func<NpgsqlConnection, LeasedRun, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
        where T : class =>
        Transactions.RunAsync<T?>(
            dataSource,
            name,
            async (connection, token) => await LeaseAsync(connection, lease, token) is { } run ? await work(connection, run, token) : null,
            cancellationToken);
}
