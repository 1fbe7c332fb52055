using EasyQuant.Contracts.Run.V1;
using EasyQuant.Persistence;
using EasyQuant.Persistence.Messages;
using EasyQuant.WorkflowService.Storage.Items;
using Google.Protobuf;
using Npgsql;
using NpgsqlTypes;

namespace EasyQuant.WorkflowService.Storage.Runs;

/// <summary>Takes back what was left behind: expired leases, runs nobody claims. Any number of replicas may sweep at once. Thread-safe.</summary>
internal sealed class RunSweeper(NpgsqlDataSource dataSource, Outbox outbox, RunHistoryFactory histories, ChildRuns children)
{
    private const int BatchSizeMax = 100;
    private const int HintCountMax = 16;

    // A run that waited for its own worker no longer does: that one has let it down.
    private const string ReapSql =
        $"""
        with x as (
            select run_id from workflow.runs where state = 2 and lease_until < clock_timestamp() order by run_id limit $1 for update skip locked
        ), s as (
            update workflow.steps set state = 1, attempt_base = attempt from x where steps.run_id = x.run_id and steps.state = 2
        )
        update workflow.runs r
        set crash_count = crash_count + 1, epoch = nextval('workflow.epochs'), lease_until = null, hint_time = clock_timestamp(),
            state = case when cancel_requested then 6 when crash_count + 1 >= $2 then 5 when pause_requested then 3 else 1 end,
            end_time = case when cancel_requested or crash_count + 1 >= $2 then $3 end,
            pause_requested = false,
            target = case when target like '%"worker"%' then fallback_target else target end,
            fallback_time = case when target like '%"worker"%' then null else fallback_time end
        from x where r.run_id = x.run_id
        returning {RunRow.ColumnsOfR}
        """;

    private const string FallbackSql =
        """
        with x as (
            select run_id from workflow.runs where state = 1 and fallback_time < clock_timestamp() order by fallback_time limit $1 for update skip locked
        )
        update workflow.runs r set target = fallback_target, fallback_time = null, hint_time = clock_timestamp() from x where r.run_id = x.run_id
        returning r.run_id, r.project_id, r.traceparent, r.event_sequence
        """;

    private const string HintSql =
        $"""
        with recursive {RunQueues.Cte}, heads as (
            select h.* from (select * from queues limit {RunQueues.CountMax}) q cross join lateral (
                select run_id, priority, queue_time from workflow.runs r where state = 1 and r.project_id = q.project_id and r.target = q.target
                order by priority desc, queue_time, run_id limit $1) h
        ), x as (
            select r.run_id from heads h join workflow.runs r on r.run_id = h.run_id where r.state = 1 and r.hint_time < clock_timestamp() - $2
            order by h.priority desc, h.queue_time, h.run_id limit $1 for update of r skip locked
        )
        update workflow.runs r set hint_time = clock_timestamp() from x where r.run_id = x.run_id
        returning r.run_id, r.project_id, r.traceparent, r.event_sequence
        """;

    /// <summary>Queues runs again whose lease has expired, or ends them when that happened too often. Returns how many.</summary>
    public async Task<int> ReapAsync(int crashCountMax, CancellationToken cancellationToken)
    {
        int count = await Transactions.RunAsync(
            dataSource,
            "runs.reap",
            async (connection, token) =>
            {
                RunHistory history = histories.Create();
                List<RunRow> reaped = await DispatchStore.ReadRunsAsync(
                    connection, ReapSql, [Pg.P(BatchSizeMax), Pg.P(crashCountMax), Pg.P(history.Now)], token);
                foreach (RunRow run in reaped)
                {
                    if (run.State == RunState.Failed)
                    {
                        run.Error = new RunError
                        {
                            Reason = "RUN_CRASHED",
                            Message = $"The lease of the run expired {run.CrashCount} times; its Runner died or hung each time.",
                        }.ToByteArray();
                    }

                    history.AddRunEvent(run, "run.crashed");
                    DispatchStore.AddOutcome(history, run);
                }

                await WriteErrorsAsync(connection, [.. reaped.Where(run => run.State == RunState.Failed)], token);
                await DispatchStore.WriteSequencesAsync(connection, reaped, token);
                foreach (RunRow run in reaped.Where(run => run.HasEnded))
                {
                    await children.CancelAsync(connection, run.RunId, null, null, $"Run {run.RunId} has ended.", history, token);
                }

                await history.WriteAsync(connection, outbox, token);
                return reaped.Count;
            },
            cancellationToken);
        if (count > 0)
        {
            outbox.Wake();
        }

        return count;
    }

    /// <summary>Sends the hints of the runs at the heads of the queues again when theirs is older than the age. Few: a Runner that hears one claims all it can.</summary>
    public Task<int> RepeatHintsAsync(TimeSpan age, DateTimeOffset now, CancellationToken cancellationToken) =>
        HintAsync("runs.hint", HintSql, "ready", [Pg.P(HintCountMax), Pg.P(age)], now, cancellationToken);

    /// <summary>Opens runs to other workers whose preferred worker or region did not take them in time. Returns how many.</summary>
    public Task<int> FallBackAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        HintAsync("runs.fallback", FallbackSql, "fallback", [Pg.P(BatchSizeMax)], now, cancellationToken);

    private async Task<int> HintAsync(
        string work, string sql, string name, NpgsqlParameter[] parameters, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int count = await Transactions.RunAsync(
            dataSource,
            work,
            async (connection, token) =>
            {
                var hints = new List<OutboxMessage>();
                await using (NpgsqlCommand command = Pg.Command(connection, sql, [.. parameters.Select(parameter => parameter.Clone())]))
                await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(token))
                {
                    while (await reader.ReadAsync(token))
                    {
                        hints.Add(RunHistory.Hint(
                            reader.GetGuid(0), reader.GetString(1), reader.GetString(2), $"{name}/{reader.GetInt64(3)}/{now.ToUnixTimeSeconds()}"));
                    }
                }

                await outbox.WriteAsync(connection, hints, token);
                return hints.Count;
            },
            cancellationToken);
        if (count > 0)
        {
            outbox.Wake();
        }

        return count;
    }

    /// <summary>Counts waiting runs of all projects, at most <paramref name="countMax"/>.</summary>
    public Task<long> CountQueuedAsync(int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(
            dataSource,
            async (connection, token) =>
            {
                await using NpgsqlCommand command = Pg.Command(
                    connection, "select count(*) from (select 1 from workflow.runs where state = 1 limit $1) as waiting", Pg.P(countMax));
                return (long)(await command.ExecuteScalarAsync(token))!;
            },
            cancellationToken);

    private static async Task WriteErrorsAsync(NpgsqlConnection connection, RunRow[] failed, CancellationToken cancellationToken)
    {
        if (failed.Length == 0)
        {
            return;
        }

        await using NpgsqlCommand command = Pg.Command(
            connection,
            "update workflow.runs r set error = e.error from unnest($1::uuid[], $2::bytea[]) as e(run_id, error) where r.run_id = e.run_id",
            Pg.Many(NpgsqlDbType.Uuid, failed, run => run.RunId),
            Pg.Many(NpgsqlDbType.Bytea, failed, run => run.Error!));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
