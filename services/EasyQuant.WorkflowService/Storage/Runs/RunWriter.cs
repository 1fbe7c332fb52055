using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.ServiceDefaults.Errors;
using Grpc.Core;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Stores new runs, all or none, idempotent by request id. Thread-safe.</summary>
internal sealed class RunWriter(NpgsqlDataSource dataSource, Outbox outbox, RunHistoryFactory histories)
{
    private const string InsertSql =
        """
        insert into workflow.runs(run_id, project_id, workflow_id, workflow_name, workflow_version, sub_workflows, priority, create_time, queue_time,
            seed, event_sequence, step_count, job_name, actor, only_node_id, trace_id, traceparent, request_id, request_hash, labels, inputs, pinned_inputs,
            timeout_ms, target, fallback_target, fallback_time, parent_run_id, root_run_id, item_path)
        select n.run_id, $1, n.workflow_id, n.workflow_name, n.workflow_version, n.sub_workflows, n.priority, $2, $2,
            n.seed, 1, n.step_count, n.job_name, $3, n.only_node_id, $4, $5, n.request_id, n.request_hash, n.labels, n.inputs, n.pinned_inputs,
            n.timeout_ms, n.target, n.fallback_target, clock_timestamp() + n.fallback_after, n.parent_run_id, n.root_run_id, n.item_path
        from unnest($6::uuid[], $7::uuid[], $8::text[], $9::int[], $10::text[], $11::smallint[], $12::bigint[], $13::int[], $14::text[], $15::text[],
            $16::uuid[], $17::bytea[], $18::text[], $19::bytea[], $20::bytea[], $21::bigint[], $22::text[], $23::text[], $24::interval[],
            $25::uuid[], $26::uuid[], $27::text[])
            as n(run_id, workflow_id, workflow_name, workflow_version, sub_workflows, priority, seed, step_count, job_name, only_node_id,
                request_id, request_hash, labels, inputs, pinned_inputs, timeout_ms, target, fallback_target, fallback_after,
                parent_run_id, root_run_id, item_path)
        on conflict do nothing returning run_id
        """;

    private const string ExistingSql =
        $"select {RunRow.Columns}, request_id, request_hash from workflow.runs where project_id = $1 and (request_id = any($2) or run_id = any($3))";

    /// <summary>
    /// Stores the runs. A run whose request id exists is not stored again: the stored one is returned when it was asked for with
    /// the same content. All runs belong to one project, actor and trace.
    /// </summary>
    public Task<IReadOnlyList<RunRow>> CreateAsync(IReadOnlyList<NewRun> runs, CancellationToken cancellationToken) =>
        CreateAsync(runs, null, cancellationToken);

    /// <summary>Stores the runs as the other overload does, and whatever <paramref name="also"/> writes about them in the same transaction.</summary>
    public async Task<IReadOnlyList<RunRow>> CreateAsync(
        IReadOnlyList<NewRun> runs, Func<NpgsqlConnection, IReadOnlyList<RunRow>, CancellationToken, Task>? also, CancellationToken cancellationToken)
    {
        // In one order for all callers, so that two batches with the same ids do not lock each other crosswise.
        NewRun[] ordered = [.. runs.OrderBy(run => run.RequestId ?? Guid.Empty)];
        IReadOnlyList<RunRow> stored = await Transactions.RunAsync(
            dataSource,
            "runs.create",
            async (connection, token) =>
            {
                HashSet<Guid> inserted = await InsertAsync(connection, ordered, token);
                RunHistory history = histories.Create();
                foreach (NewRun run in runs)
                {
                    if (inserted.Contains(run.Row.RunId))
                    {
                        run.Row.EventSequence = 0;
                        history.AddRunEvent(run.Row, "run.created");
                        history.AddHint(run.Row);
                    }
                }

                await history.WriteAsync(connection, outbox, token);
                IReadOnlyList<RunRow> rows = inserted.Count == runs.Count
                    ? [.. runs.Select(run => run.Row)]
                    : await ResolveAsync(connection, runs, inserted, token);
                if (also is not null)
                {
                    await also(connection, rows, token);
                }

                return rows;
            },
            cancellationToken);
        outbox.Wake();
        return stored;
    }

    private static async Task<HashSet<Guid>> InsertAsync(NpgsqlConnection connection, NewRun[] runs, CancellationToken cancellationToken)
    {
        RunRow first = runs[0].Row;
        await using NpgsqlCommand command = Pg.Command(
            connection,
            InsertSql,
            Pg.P(first.ProjectId),
            Pg.P(first.CreateTime),
            Pg.P(first.Actor),
            Pg.P(first.TraceId),
            Pg.P(first.TraceParent),
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.Row.RunId),
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.Row.WorkflowId),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.WorkflowName),
            Pg.Many(NpgsqlDbType.Integer, runs, run => run.Row.WorkflowVersion),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.SubWorkflows),
            Pg.Many(NpgsqlDbType.Smallint, runs, run => (short)run.Row.Priority),
            Pg.Many(NpgsqlDbType.Bigint, runs, run => run.Row.Seed),
            Pg.Many(NpgsqlDbType.Integer, runs, run => run.Row.StepCount),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.JobName),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.OnlyNodeId),
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.RequestId),
            Pg.Many(NpgsqlDbType.Bytea, runs, run => run.RequestHash),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.Labels),
            Pg.Many(NpgsqlDbType.Bytea, runs, run => run.Row.Inputs),
            Pg.Many(NpgsqlDbType.Bytea, runs, run => run.PinnedInputs),
            Pg.Many(NpgsqlDbType.Bigint, runs, run => (long?)run.Row.Timeout?.TotalMilliseconds),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.Target),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Target.Fallback),
            Pg.Many(NpgsqlDbType.Interval, runs, run => run.Target.FallbackAfter),
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.Row.ParentRunId),
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.Row.RootRunId),
            Pg.Many(NpgsqlDbType.Text, runs, run => run.Row.ItemPath));
        var inserted = new HashSet<Guid>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            inserted.Add(reader.GetGuid(0));
        }

        return inserted;
    }

    private static async Task<IReadOnlyList<RunRow>> ResolveAsync(
        NpgsqlConnection connection, IReadOnlyList<NewRun> runs, HashSet<Guid> inserted, CancellationToken cancellationToken)
    {
        var byRequest = new Dictionary<Guid, (RunRow Row, byte[] Hash)>();
        var byId = new Dictionary<Guid, RunRow>();
        NewRun[] missing = [.. runs.Where(run => !inserted.Contains(run.Row.RunId))];
        await using NpgsqlCommand command = Pg.Command(
            connection,
            ExistingSql,
            Pg.P(missing[0].Row.ProjectId),
            Pg.Ids([.. missing.Where(run => run.RequestId is not null).Select(run => run.RequestId!.Value)]),
            Pg.Ids([.. missing.Select(run => run.Row.RunId)]));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            RunRow row = RunRow.Read(reader);
            byId[row.RunId] = row;
            if (!reader.IsDBNull(RunRow.ColumnCount))
            {
                byRequest[reader.GetGuid(RunRow.ColumnCount)] = (row, reader.GetFieldValue<byte[]>(RunRow.ColumnCount + 1));
            }
        }

        return [.. runs.Select(run => inserted.Contains(run.Row.RunId) ? run.Row : Existing(run, byId, byRequest))];
    }

    private static RunRow Existing(NewRun run, Dictionary<Guid, RunRow> byId, Dictionary<Guid, (RunRow Row, byte[] Hash)> byRequest)
    {
        // The reply to our own COMMIT was lost and the transaction is executed again: the run is there under the same id.
        if (byId.TryGetValue(run.Row.RunId, out RunRow? own))
        {
            return own;
        }

        (RunRow row, byte[] hash) = byRequest[run.RequestId!.Value];
        return hash.AsSpan().SequenceEqual(run.RequestHash)
            ? row
            : throw new RpcError(
                StatusCode.AlreadyExists,
                "REQUEST_ID_REUSED",
                $"The request id {run.RequestId} was used for run {row.RunId} with other content; choose a new one.",
                new Dictionary<string, string> { ["request_id"] = run.RequestId.Value.ToString(), ["run_id"] = row.RunId.ToString() });
    }
}
