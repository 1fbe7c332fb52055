using EasyQuant.Persistence;
using EasyQuant.WorkflowService.Storage.Runs;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>Storage side of starting remote items. Thread-safe.</summary>
internal sealed class ItemStartStore(NpgsqlDataSource dataSource)
{
    private const string KnownSql =
        """
        select i.item_index, i.child_run_id, r.state from workflow.run_items i join workflow.runs r on r.run_id = i.child_run_id
        where i.run_id = $1 and i.node_id = $2 and i.item_index = any($3)
        """;

    private const string MarkSql =
        """
        insert into workflow.run_items(run_id, node_id, item_index, project_id, state, attempt, mode, worker_id, process_id, child_run_id, epoch, start_time)
        select $1, $2, s.item_index, $3, 2, s.attempt, 4, '', 0, s.child_run_id, $4, clock_timestamp()
        from unnest($5::int[], $6::int[], $7::uuid[]) as s(item_index, attempt, child_run_id)
        on conflict (run_id, node_id, item_index) do update
        set state = 2, attempt = excluded.attempt, mode = 4, process_id = 0, child_run_id = excluded.child_run_id, epoch = excluded.epoch, error = null,
            outputs = null, elapsed_us = null, start_time = excluded.start_time
        """;

    /// <summary>
    /// Reads the parent under its lease, the generation of its fan-out, what a worker must be to take the parent, and runs that exist for some of the items;
    /// null when the lease is lost.
    /// </summary>
    public Task<(LeasedRun Run, int Generation, string Target, Dictionary<int, KnownChild> Known)?> ReadAsync(
        Lease lease, string nodeId, int[] indexes, CancellationToken cancellationToken) =>
        Transactions.RunAsync<(LeasedRun, int, string, Dictionary<int, KnownChild>)?>(
            dataSource,
            "items.start-read",
            async (connection, token) =>
            {
                if (await ItemStore.LeaseAsync(connection, lease, token) is not { } run)
                {
                    return null;
                }

                (int generation, string target) = await ReadFanOutAsync(connection, run.RunId, nodeId, token);
                var known = new Dictionary<int, KnownChild>();
                await using NpgsqlCommand command = Pg.Command(
                    connection, KnownSql, Pg.P(run.RunId), Pg.P(nodeId), Pg.Many(NpgsqlDbType.Integer, indexes, index => index));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    known[reader.GetInt32(0)] = new KnownChild(reader.GetGuid(1), (Contracts.Run.V1.RunState)reader.GetInt16(2));
                }

                return (run, generation, target, known);
            },
            cancellationToken);

    // What the parent only preferred it had for itself; what it demanded holds for its items.
    private static async Task<(int Generation, string Target)> ReadFanOutAsync(NpgsqlConnection connection, Guid runId, string nodeId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(
            connection,
            """
            select coalesce(f.generation, 1), r.fallback_target from workflow.runs r
            left join workflow.fan_outs f on f.run_id = r.run_id and f.node_id = $2 where r.run_id = $1
            """,
            Pg.P(runId),
            Pg.P(nodeId));
        await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt32(0), row.GetString(1));
    }

    /// <summary>Marks items as running, within the transaction that creates their runs.</summary>
    /// <returns>False when the lease is lost.</returns>
    /// <exception cref="ParentCancelledException">The parent, or its step, is to be cancelled: nothing may start below it any more.</exception>
    public static async Task<bool> MarkAsync(
        NpgsqlConnection connection, Lease lease, string nodeId, IReadOnlyList<(int Index, int Attempt, Guid RunId)> items, CancellationToken cancellationToken)
    {
        if (await ItemStore.LeaseAsync(connection, lease, cancellationToken) is not { } run)
        {
            return false;
        }

        if (run.Row.IsCancelRequested || run.Row.StepCancelOf(nodeId) is not null)
        {
            throw new ParentCancelledException();
        }

        await ItemStore.ExecuteAsync(
            connection,
            MarkSql,
            [
                Pg.P(run.RunId), Pg.P(nodeId), Pg.P(run.ProjectId), Pg.P(run.Epoch), Pg.Many(NpgsqlDbType.Integer, items, item => item.Index),
                Pg.Many(NpgsqlDbType.Integer, items, item => item.Attempt), Pg.Many(NpgsqlDbType.Uuid, items, item => item.RunId),
            ],
            cancellationToken);
        return true;
    }

    /// <summary>Marks items as running whose runs exist already.</summary>
    public Task<bool> MarkAsync(Lease lease, string nodeId, IReadOnlyList<(int Index, int Attempt, Guid RunId)> items, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "items.mark", (connection, token) => MarkAsync(connection, lease, nodeId, items, token), cancellationToken);
}
