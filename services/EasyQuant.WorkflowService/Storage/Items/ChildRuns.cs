using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence.Messages;
using EasyQuant.WorkflowService.Storage.Runs;
using Npgsql;

namespace EasyQuant.WorkflowService.Storage.Items;

/// <summary>What happens to a run happens to the runs of its items, however deep: cancel, pause, resume. Within the caller's transaction; runs are locked in the order of their ids, parents are older. Thread-safe.</summary>
internal sealed class ChildRuns(Outbox outbox)
{
    /// <summary>Cause of a cancel that says that an item took too long.</summary>
    public const string TimeoutCause = "ITEM_TIMEOUT";

    private const int DescendantsMax = 100_000;

    private const string All =
        "select run_id from workflow.runs where parent_run_id = $1 and state in (1, 2, 3) and ($2 = '' or starts_with(item_path, $2)) and $4::interval is null";

    // From the later of two instants: the run may have started for an earlier attempt, the item may have waited for a worker.
    private const string Late =
        """
        select r.run_id from workflow.run_items i join workflow.runs r on r.run_id = i.child_run_id
        where i.run_id = $1 and i.node_id = $2 and i.state = 2 and r.state = 2 and greatest(r.start_time, i.start_time) < clock_timestamp() - $4
        """;

    private const string Rest =
        """
            union all
            select r.run_id from workflow.runs r join below b on r.parent_run_id = b.run_id where r.state in (1, 2, 3)
        ), locked as (
            select r.run_id from workflow.runs r where r.run_id in (select run_id from below limit $3) order by r.run_id for no key update
        )
        """;

    private const string CancelSql =
        $"""
        update workflow.runs r
        set state = case when state = 2 then 2 else 6 end, cancel_requested = true, cancel_cause = case when cancel_requested then cancel_cause else $5 end,
            end_time = case when state = 2 then end_time else $6 end
        from locked where r.run_id = locked.run_id and r.state in (1, 2, 3)
        returning {RunRow.ColumnsOfR}
        """;

    private const string Below = $"with recursive below(run_id) as ({All} {Rest}";

    private const string PauseSql =
        $"""
        {Below}
        update workflow.runs r set state = case when state = 2 then 2 else 3 end, pause_requested = state = 2
        from locked where r.run_id = locked.run_id and r.state in (1, 2)
        returning {RunRow.ColumnsOfR}
        """;

    private const string ResumeSql =
        $"""
        {Below}
        update workflow.runs r
        set state = case when state = 3 then 1 else state end, pause_requested = false, queue_time = $5, hint_time = clock_timestamp()
        from locked where r.run_id = locked.run_id and (r.state = 3 or r.pause_requested)
        returning {RunRow.ColumnsOfR}
        """;

    /// <summary>Cancels the runs below one node, or below all nodes; of one node those only that execute for longer than a time, when it is given.</summary>
    public async Task CancelAsync(
        NpgsqlConnection connection, Guid runId, string? nodeId, TimeSpan? olderThan, string cause, RunHistory history, CancellationToken cancellationToken)
    {
        string place = nodeId is null ? "" : olderThan is null ? await PathAsync(connection, runId, nodeId, cancellationToken) : nodeId;
        string sql = $"with recursive below(run_id) as ({(olderThan is null ? All : Late)} {Rest} {CancelSql}";
        List<RunRow> changed = await DispatchStore.ReadRunsAsync(
            connection, sql, [.. Parameters(runId, place, olderThan), Pg.P(cause), Pg.P(history.Now)], cancellationToken);
        foreach (RunRow run in changed.Where(run => run.State == RunState.Cancelled))
        {
            history.AddRunEvent(run, "run.cancelled", cause);
        }

        await DispatchStore.WriteSequencesAsync(connection, changed, cancellationToken);
    }

    /// <summary>Pauses the runs below a run.</summary>
    public static async Task PauseAsync(NpgsqlConnection connection, Guid runId, RunHistory history, CancellationToken cancellationToken)
    {
        List<RunRow> changed = await DispatchStore.ReadRunsAsync(connection, PauseSql, Parameters(runId, "", null), cancellationToken);
        foreach (RunRow run in changed.Where(run => run.State == RunState.Paused))
        {
            history.AddRunEvent(run, "run.paused");
        }

        await DispatchStore.WriteSequencesAsync(connection, changed, cancellationToken);
    }

    /// <summary>Lets the runs below a run go on.</summary>
    public static async Task ResumeAsync(NpgsqlConnection connection, Guid runId, RunHistory history, CancellationToken cancellationToken)
    {
        List<RunRow> changed = await DispatchStore.ReadRunsAsync(
            connection, ResumeSql, [.. Parameters(runId, "", null), Pg.P(history.Now)], cancellationToken);
        foreach (RunRow run in changed.Where(run => run.State == RunState.Queued))
        {
            history.AddRunEvent(run, "run.resumed");
            history.AddHint(run);
        }

        await DispatchStore.WriteSequencesAsync(connection, changed, cancellationToken);
    }

    /// <summary>Writes events and messages as the last thing of the transaction.</summary>
    public Task WriteAsync(NpgsqlConnection connection, RunHistory history, CancellationToken cancellationToken) =>
        history.WriteAsync(connection, outbox, cancellationToken);

    /// <summary>Returns where the items of a node stand below the topmost run, up to the index.</summary>
    internal static string PathOf(string parentPath, string nodeId) => parentPath.Length == 0 ? $"{nodeId}[" : $"{parentPath}/{nodeId}[";

    private static async Task<string> PathAsync(NpgsqlConnection connection, Guid runId, string nodeId, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = Pg.Command(connection, "select item_path from workflow.runs where run_id = $1", Pg.P(runId));
        return PathOf((string)(await command.ExecuteScalarAsync(cancellationToken))!, nodeId);
    }

    private static NpgsqlParameter[] Parameters(Guid runId, string place, TimeSpan? olderThan) =>
    [
        Pg.P(runId), Pg.P(place), Pg.P(DescendantsMax), new NpgsqlParameter { Value = (object?)olderThan ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Interval },
    ];
}
