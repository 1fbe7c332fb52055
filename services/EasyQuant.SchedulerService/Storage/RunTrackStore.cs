using EasyQuant.Persistence;
using EasyQuant.SchedulerService.Schedules;
using Npgsql;

namespace EasyQuant.SchedulerService.Storage;

/// <summary>
/// Keeps what is heard about runs of schedules and draws the consequences once: a waiting firing may go, failures in a row count, a
/// schedule pauses itself. Locks the schedule's row before rows of its firings, as firing does. Thread-safe.
/// </summary>
internal sealed class RunTrackStore(NpgsqlDataSource dataSource)
{
    /// <summary>Keeps news; news that is older than what is known, or of no schedule, changes nothing.</summary>
    /// <returns>Whether a waiting firing was released.</returns>
    public Task<bool> RecordAsync(RunNews news, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "runs.track", async (connection, token) =>
        {
            if (await LockScheduleAsync(connection, news.RequestId, token) is not { } schedule || !await ApplyAsync(connection, news, token))
            {
                return false;
            }

            await CountFailuresAsync(connection, schedule, news, token);
            return await PromoteAsync(connection, schedule.ScheduleId, token);
        }, cancellationToken);

    /// <summary>Ends rejected firings in the count of failures, and releases what waits without an active run before it.</summary>
    /// <returns>Number of schedules in which a waiting firing was released.</returns>
    public async Task<int> ReleaseWaitingAsync(CancellationToken cancellationToken)
    {
        List<Guid> schedules = await Transactions.ReadAsync(dataSource, ListWaitingAsync, cancellationToken);
        int released = 0;
        foreach (Guid scheduleId in schedules)
        {
            bool promoted = await Transactions.RunAsync(dataSource, "firings.release", async (connection, token) =>
            {
                await using var take = new NpgsqlCommand("select 1 from scheduler.schedules where schedule_id = $1 for update", connection);
                take.Parameters.AddValue(scheduleId);
                await take.ExecuteNonQueryAsync(token);
                return await PromoteAsync(connection, scheduleId, token);
            }, cancellationToken);
            released += promoted ? 1 : 0;
        }

        return released;
    }

    /// <summary>Counts a firing whose run was refused for good as a failure of its schedule.</summary>
    public Task<bool> RecordRejectedAsync(Guid requestId, string error, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "runs.rejected", async (connection, token) =>
        {
            if (await LockScheduleAsync(connection, requestId, token) is not { } schedule)
            {
                return false;
            }

            await CountFailuresAsync(
                connection, schedule, new RunNews { RequestId = requestId, RunId = "", State = 0, HasFailed = true, Error = error }, token);
            return await PromoteAsync(connection, schedule.ScheduleId, token);
        }, cancellationToken);

    private static async Task<List<Guid>> ListWaitingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Select =
            """
            select distinct f.schedule_id from scheduler.firings f join scheduler.schedules s using (schedule_id)
            where f.state = 'waiting' and not s.is_paused
                and not exists (select 1 from scheduler.firings o where o.schedule_id = f.schedule_id and o.state in ('pending', 'active'))
            limit 200
            """;
        await using var command = new NpgsqlCommand(Select, connection);
        var found = new List<Guid>();
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(reader.GetGuid(0));
        }

        return found;
    }

    private static async Task<ScheduleRecord?> LockScheduleAsync(NpgsqlConnection connection, Guid requestId, CancellationToken cancellationToken)
    {
        const string Lock =
            $"""
            select {ScheduleStore.Columns} from scheduler.schedules s
            where s.schedule_id = (select schedule_id from scheduler.firings where request_id = $1) for update of s
            """;
        await using var command = new NpgsqlCommand(Lock, connection);
        command.Parameters.AddValue(requestId);
        return (await ScheduleStore.ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }

    // True when this news ended the firing.
    private static async Task<bool> ApplyAsync(NpgsqlConnection connection, RunNews news, CancellationToken cancellationToken)
    {
        const string Apply =
            """
            with old as (select schedule_id, nominal_time, state from scheduler.firings where request_id = $1 for update)
            update scheduler.firings f set run_id = $2, run_state = $3, run_sequence = greatest(f.run_sequence, $4),
                run_start_time = coalesce($6, f.run_start_time), run_end_time = $7, error = $8, track_time = clock_timestamp(),
                state = case when $5 or f.state = 'done' then 'done' else 'active' end
            from old where f.schedule_id = old.schedule_id and f.nominal_time = old.nominal_time
                and old.state in ('pending', 'active', 'done') and ($4 = 0 or f.run_sequence < $4)
            returning old.state in ('pending', 'active') and f.state = 'done'
            """;
        await using var command = new NpgsqlCommand(Apply, connection);
        command.Parameters.AddValue(news.RequestId);
        command.Parameters.AddValue(news.RunId);
        command.Parameters.AddValue(news.State);
        command.Parameters.AddValue(news.Sequence);
        command.Parameters.AddValue(news.HasEnded);
        command.Parameters.AddTime(news.StartTime);
        command.Parameters.AddTime(news.EndTime);
        command.Parameters.AddValue(news.Error);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static async Task CountFailuresAsync(
        NpgsqlConnection connection, ScheduleRecord schedule, RunNews news, CancellationToken cancellationToken)
    {
        if (!news.HasFailed && !news.HasSucceeded)
        {
            return;
        }

        int failures = news.HasFailed ? schedule.FailureCount + 1 : 0;
        bool pauses = !schedule.IsPaused && schedule.Definition.Policy.PausesAfter(failures);
        string cause = pauses ? $"{failures} runs in a row failed; the last: {news.Error}" : schedule.PauseCause;
        const string Update =
            """
            update scheduler.schedules set failure_count = $2, is_paused = is_paused or $3, pause_cause = $4,
                pause_until = case when $3 then null else pause_until end
            where schedule_id = $1
            """;
        await using var command = new NpgsqlCommand(Update, connection);
        command.Parameters.AddValue(schedule.ScheduleId);
        command.Parameters.AddValue(failures);
        command.Parameters.AddValue(pauses);
        command.Parameters.AddValue(cause);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // The oldest waiting firing goes when no run is active; a paused schedule keeps what waits.
    private static async Task<bool> PromoteAsync(NpgsqlConnection connection, Guid scheduleId, CancellationToken cancellationToken)
    {
        const string Promote =
            """
            update scheduler.firings f set state = 'pending', decision = 'fired', decide_time = clock_timestamp(), next_try_time = clock_timestamp()
            where f.schedule_id = $1 and f.state = 'waiting'
                and f.nominal_time = (select min(nominal_time) from scheduler.firings where schedule_id = $1 and state = 'waiting')
                and not exists (select 1 from scheduler.firings where schedule_id = $1 and state in ('pending', 'active'))
                and not exists (select 1 from scheduler.schedules where schedule_id = $1 and is_paused)
            """;
        await using var command = new NpgsqlCommand(Promote, connection);
        command.Parameters.AddValue(scheduleId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
