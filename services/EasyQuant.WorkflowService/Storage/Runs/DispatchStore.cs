using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Leases on runs: claim, renew, release. Each call is one transaction over any number of runs. Thread-safe.</summary>
internal sealed class DispatchStore(NpgsqlDataSource dataSource, Outbox outbox, RunHistoryFactory histories)
{
    // Each project and target is a queue of its own in the index; only the heads of those that this worker may serve are read. Items stand one priority above their
    // parent (100 is the highest there is), so what is as urgent as the parent stands one below the items.
    private const string ClaimSql =
        $"""
        with recursive {RunQueues.Cte}, fitting as (
            select q.project_id, q.target from (select * from queues limit {RunQueues.CountMax}) q
            where ($6 = '' or q.project_id = $6) and (workflow.target_fits(q.target, $7, $8, $9) or q.target like '%"worker"%' and workflow.target_fits(q.target, $2, $8, $9))
        ), preferred as (
            select run_id from workflow.runs r where run_id = $4 and state = 1 and ($6 = '' or project_id = $6)
                and (workflow.target_fits(target, $7, $8, $9) or target like '%"worker"%' and workflow.target_fits(target, $2, $8, $9))
            for update skip locked
        ), heads as (
            select h.* from fitting f cross join lateral (
                select run_id, priority, queue_time from workflow.runs r
                where state = 1 and r.project_id = f.project_id and r.target = f.target and run_id <> $4
                order by priority desc, queue_time, run_id limit $1 for update skip locked) h
        ), beside as (
            select o.* from fitting f cross join lateral (
                select priority, parent_run_id from workflow.runs r
                where state = 1 and r.project_id = f.project_id and r.target = f.target
                order by priority desc, queue_time, run_id limit 1) top
            cross join lateral (
                select run_id, queue_time from workflow.runs r
                where state = 1 and r.project_id = f.project_id and r.target = f.target and r.priority = top.priority - 1 and run_id <> $4
                order by queue_time, run_id limit $10 for update skip locked) o
            where $10 > 0 and top.parent_run_id is not null and top.priority < 100
        ), let_in as (
            select run_id from beside order by queue_time, run_id limit least($10, greatest($1 - (select count(*) from preferred), 0))
        ), chosen as (
            select run_id from preferred union all select run_id from let_in union all
            (select run_id from heads where not exists (select from let_in l where l.run_id = heads.run_id)
                order by priority desc, queue_time, run_id limit greatest($1 - (select count(*) from preferred) - (select count(*) from let_in), 0))
        )
        update workflow.runs r
        set state = 2, worker_id = $2, epoch = nextval('workflow.epochs'), lease_until = clock_timestamp() + $3,
            start_time = coalesce(start_time, $5), event_sequence = event_sequence + 1
        from chosen where r.run_id = chosen.run_id
        returning {RunRow.ColumnsOfR}, pinned_inputs
        """;

    // Succeeded, failed, skipped, cancelled: a step that failed for good stays failed under the next owner, as what was skipped because of it stays skipped.
    private const string FinishedStepsSql =
        "select run_id, step from workflow.steps where run_id = any($1) and state in (3, 4, 5, 6) order by run_id, position";

    // Runs are locked from the oldest on, as reports lock them: in another order the two would wait for each other.
    private const string RenewSql =
        """
        with l as (
            select r.run_id from workflow.runs r join unnest($1::uuid[], $2::bigint[]) as k(run_id, epoch) on r.run_id = k.run_id and r.epoch = k.epoch
            where r.state = 2 and ($4 = '' or r.project_id = $4) order by r.run_id for no key update of r
        )
        update workflow.runs r set lease_until = clock_timestamp() + $3
        from l where r.run_id = l.run_id
        returning r.run_id, r.cancel_requested, r.pause_requested, r.step_cancels, r.epoch
        """;

    private const string EndLeasesSql =
        """
        with l as (
            select r.run_id from workflow.runs r join unnest($1::uuid[], $2::bigint[]) as k(run_id, epoch) on r.run_id = k.run_id and r.epoch = k.epoch
            where r.state = 2 and ($3 = '' or r.project_id = $3) order by r.run_id for no key update of r
        )
        update workflow.runs r set lease_until = clock_timestamp() from l where r.run_id = l.run_id
        """;

    private const string EndLeasesOfSql =
        """
        with l as (
            select r.run_id from workflow.runs r where r.worker_id = any($1) and r.state = 2 and ($2 = '' or r.project_id = $2)
            order by r.run_id for no key update of r
        )
        update workflow.runs r set lease_until = clock_timestamp() from l where r.run_id = l.run_id
        """;

    private const string ReleaseUpdate =
        $"""
        update workflow.runs r
        set state = case when cancel_requested then 6 when pause_requested then 3 else 1 end, lease_until = null,
            end_time = case when cancel_requested then $3 end, hint_time = clock_timestamp()
        from l where r.run_id = l.run_id
        returning {RunRow.ColumnsOfR}
        """;

    private const string ReleaseSql =
        $"""
        with l as (
            select r.run_id from workflow.runs r join unnest($1::uuid[], $2::bigint[]) as k(run_id, epoch) on r.run_id = k.run_id and r.epoch = k.epoch
            where r.state = 2 and ($4 = '' or r.project_id = $4) order by r.run_id for update of r
        )
        {ReleaseUpdate}
        """;

    // What a worker was granted and never heard of. The order of the locks is that of reports.
    private const string ReleaseUnheldSql =
        $"""
        with l as (
            select r.run_id from workflow.runs r
            where r.worker_id = $5 and r.state = 2 and ($4 = '' or r.project_id = $4)
                and not exists (select from unnest($1::uuid[], $2::bigint[]) as k(run_id, epoch) where r.run_id = k.run_id and r.epoch = k.epoch)
            order by r.run_id for update of r
        )
        {ReleaseUpdate}
        """;

    /// <summary>
    /// Grants leases on at most <paramref name="countMax"/> queued runs that the worker may take, the preferred one first; up to
    /// <paramref name="besideItems"/> of them are as urgent as the parents of the items that would come first. A wish for a worker is one for its name or its session.
    /// When the claim is tried again, because its commit may have failed or not, what the worker does not hold is given back first; null when it is not known.
    /// </summary>
    public Task<IReadOnlyList<Claim>> ClaimAsync(
        ClaimingWorker worker, int countMax, int besideItems, Guid preferredRunId, TimeSpan lease, IReadOnlyList<Lease>? held, CancellationToken cancellationToken)
    {
        bool isRepeated = false;
        return Transactions.RunAsync(
            dataSource,
            "runs.claim",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                if (isRepeated && held is not null)
                {
                    await ReleaseAsync(connection, history, ReleaseUnheldSql, [.. ReleaseParameters(held, history, worker.ProjectId), Pg.P(worker.WorkerId)], token);
                }

                isRepeated = true;
                var claims = new List<Claim>();
                await using (NpgsqlCommand command = Pg.Command(
                    connection, ClaimSql, Pg.P(countMax), Pg.P(worker.WorkerId), Pg.P(lease), Pg.P(preferredRunId), Pg.P(history.Now),
                    Pg.P(worker.ProjectId), Pg.P(worker.Name), Pg.P(worker.Region), Pg.Json(worker.Labels), Pg.P(besideItems)))
                await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(token))
                {
                    while (await reader.ReadAsync(token))
                    {
                        claims.Add(new Claim(RunRow.Read(reader), Pg.BytesOrNull(reader, RunRow.ColumnCount)));
                    }
                }

                await ReadFinishedStepsAsync(connection, claims, history.Now.AddMilliseconds(-1), token);
                foreach (Claim claim in claims)
                {
                    // The statement has counted this event already.
                    claim.Run.EventSequence--;
                    history.AddRunEvent(claim.Run, "run.started");
                }

                await history.WriteAsync(connection, outbox, token);
                return (IReadOnlyList<Claim>)claims;
            },
            cancellationToken);
    }

    /// <summary>Extends the leases that still hold; returns those with what was asked for meanwhile. A worker may name a run twice: under an epoch that it has lost, and under a newer one.</summary>
    public Task<Dictionary<Lease, LeaseAnswer>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan lease, string projectId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                var answers = new Dictionary<Lease, LeaseAnswer>();
                await using NpgsqlCommand command = Pg.Command(connection, RenewSql, [.. Lease.Parameters(leases), Pg.P(lease), Pg.P(projectId)]);
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
                while (await reader.ReadAsync(token))
                {
                    Guid runId = reader.GetGuid(0);
                    answers[new Lease(runId, reader.GetInt64(4))] = new LeaseAnswer
                    {
                        RunId = runId.ToString(),
                        CancelRequested = reader.GetBoolean(1),
                        PauseRequested = reader.GetBoolean(2),
                        CancelledNodeIds = { RunRow.StepCancelsOf(Pg.BytesOrNull(reader, 3)).Select(wish => wish.NodeId) },
                    };
                }

                return answers;
            },
            cancellationToken);

    /// <summary>Ends leases that their holder does not trust any more; whoever sweeps next takes the runs back. Idempotent.</summary>
    public Task<int> EndLeasesAsync(IReadOnlyList<Lease> leases, string projectId, CancellationToken cancellationToken) =>
        EndLeasesAsync(EndLeasesSql, () => [.. Lease.Parameters(leases), Pg.P(projectId)], cancellationToken);

    /// <summary>Ends every lease of workers that are dead; whoever sweeps next takes the runs back. Idempotent.</summary>
    public Task<int> EndLeasesOfAsync(string[] workerIds, string projectId, CancellationToken cancellationToken) =>
        EndLeasesAsync(EndLeasesOfSql, () => [Pg.Many(NpgsqlDbType.Text, workerIds, id => id), Pg.P(projectId)], cancellationToken);

    /// <summary>Queues the runs again whose lease still holds; one that is to be cancelled or paused goes there instead.</summary>
    public Task ReleaseAsync(IReadOnlyList<Lease> leases, string projectId, CancellationToken cancellationToken) =>
        ReleaseAsync(ReleaseSql, history => ReleaseParameters(leases, history, projectId), cancellationToken);

    /// <summary>Queues every run again that the worker was granted and that is not among those it holds.</summary>
    /// <returns>How many runs those were.</returns>
    public Task<int> ReleaseUnheldAsync(string workerId, IReadOnlyList<Lease> held, string projectId, CancellationToken cancellationToken) =>
        ReleaseAsync(ReleaseUnheldSql, history => [.. ReleaseParameters(held, history, projectId), Pg.P(workerId)], cancellationToken);

    private Task<int> EndLeasesAsync(string sql, Func<NpgsqlParameter[]> parameters, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(connection, sql, parameters());
                return await command.ExecuteNonQueryAsync(token);
            },
            cancellationToken);

    private async Task<int> ReleaseAsync(string sql, Func<RunHistory, NpgsqlParameter[]> parameters, CancellationToken cancellationToken)
    {
        int count = await Transactions.RunAsync(
            dataSource,
            "runs.release",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                int released = await ReleaseAsync(connection, history, sql, parameters(history), token);
                await history.WriteAsync(connection, outbox, token);
                return released;
            },
            cancellationToken);
        outbox.Wake();
        return count;
    }

    private static async Task<int> ReleaseAsync(
        NpgsqlConnection connection, RunHistory history, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        List<RunRow> released = await ReadRunsAsync(connection, sql, parameters, cancellationToken);
        foreach (RunRow run in released)
        {
            history.AddRunEvent(run, "run.released");
            AddOutcome(history, run);
        }

        await WriteSequencesAsync(connection, released, cancellationToken);
        return released.Count;
    }

    private static NpgsqlParameter[] ReleaseParameters(IReadOnlyList<Lease> leases, RunHistory history, string projectId) =>
        [.. Lease.Parameters(leases), Pg.P(history.Now), Pg.P(projectId)];

    internal static void AddOutcome(RunHistory history, RunRow run)
    {
        switch (run.State)
        {
            case RunState.Queued:
                history.AddHint(run);
                break;
            case RunState.Cancelled:
                history.AddRunEvent(run, "run.cancelled", run.CancelCause);
                break;
            case RunState.Paused:
                history.AddRunEvent(run, "run.paused");
                break;
            case RunState.Failed:
                history.AddRunEvent(run, "run.failed");
                break;
        }
    }

    internal static async Task<List<RunRow>> ReadRunsAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var runs = new List<RunRow>();
        await using NpgsqlCommand command = Pg.Command(connection, sql, parameters);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            runs.Add(RunRow.Read(reader));
        }

        return runs;
    }

    /// <summary>Stores the positions in the history after events were added.</summary>
    internal static async Task WriteSequencesAsync(NpgsqlConnection connection, IReadOnlyList<RunRow> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = Pg.Command(
            connection,
            "update workflow.runs r set event_sequence = s.sequence from unnest($1::uuid[], $2::bigint[]) as s(run_id, sequence) where r.run_id = s.run_id",
            Pg.Many(NpgsqlDbType.Uuid, runs, run => run.RunId),
            Pg.Many(NpgsqlDbType.Bigint, runs, run => run.EventSequence));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task ReadFinishedStepsAsync(NpgsqlConnection connection, List<Claim> claims, DateTimeOffset claimTime, CancellationToken cancellationToken)
    {
        // The count is of steps that need not run again; one that failed for good is not in it, and must not run again either.
        Dictionary<Guid, Claim> continued = claims
            .Where(claim => claim.Run.FinishedStepCount > 0 || claim.Run.CrashCount > 0 || claim.Run.StartTime < claimTime || claim.Run.StepCancels.Count > 0)
            .ToDictionary(claim => claim.Run.RunId);
        if (continued.Count == 0)
        {
            return;
        }

        await using NpgsqlCommand command = Pg.Command(connection, FinishedStepsSql, Pg.Ids([.. continued.Keys]));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            continued[reader.GetGuid(0)].FinishedSteps.Add(Step.Parser.ParseFrom(reader.GetFieldValue<byte[]>(1)));
        }
    }
}
