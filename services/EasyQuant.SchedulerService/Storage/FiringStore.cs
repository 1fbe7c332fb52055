using System.Text.Json;
using EasyQuant.Persistence;
using EasyQuant.Scheduling;
using EasyQuant.SchedulerService.Schedules;
using Npgsql;

namespace EasyQuant.SchedulerService.Storage;

/// <summary>
/// Decides about nominal times. A decision is a row with the key (schedule, nominal time), written in the transaction that moves the
/// schedule on, under the lock of the schedule's row: no replica decides twice, and a crash at any point loses nothing. Thread-safe.
/// </summary>
internal sealed class FiringStore(NpgsqlDataSource dataSource)
{
    private const string CountOpen =
        """
        select count(*) filter (where state in ('pending', 'active'))::int, count(*) filter (where state = 'waiting')::int
        from scheduler.firings where schedule_id = $1 and state in ('waiting', 'pending', 'active')
        """;

    /// <summary>Decides about the overdue times of one due schedule, the longest overdue that no other replica holds.</summary>
    /// <returns>What was done, or null when nothing is due.</returns>
    public Task<FiringReport?> FireNextAsync(CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "schedules.fire", async (connection, token) =>
        {
            const string TakeDue =
                $"""
                select {ScheduleStore.Columns} from scheduler.schedules s
                where s.next_nominal <= (select clock_timestamp()) and s.delete_time is null
                order by s.next_nominal limit 1 for update of s skip locked
                """;
            await using var take = new NpgsqlCommand(TakeDue, connection);
            return (await ScheduleStore.ReadAllAsync(take, token)).FirstOrDefault() is { NextNominal: { } next } schedule
                ? await FireAsync(connection, schedule, next, token)
                : null;
        }, cancellationToken);

    /// <summary>Fires once outside the plan. Returns null when the schedule does not exist.</summary>
    public Task<FiringRecord?> TriggerAsync(string projectId, string name, string requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "schedules.trigger", async (connection, token) =>
        {
            if (await LockAsync(connection, projectId, name, token) is not { } schedule)
            {
                return null;
            }

            Guid key = DeterministicId.Create(schedule.ScheduleId, $"trigger/{requestId}");
            var planned = new PlannedFiring(schedule.ReadTime, FiringDecision.Fired, 1, schedule.ReadTime);
            await FiringRows.InsertAsync(connection, [FiringFactory.Create(schedule, planned, true, key)], token);
            await using var select = new NpgsqlCommand(
                $"select {FiringRows.Columns} from scheduler.firings f where f.request_id = $1", connection);
            select.Parameters.AddValue(key);
            return (await FiringRows.ReadAllAsync(select, token)).FirstOrDefault();
        }, cancellationToken);

    /// <summary>Fires for nominal times of the past that have no run. Returns null when the schedule does not exist, otherwise the number of new firings.</summary>
    public Task<int?> BackfillAsync(
        string projectId, string name, IReadOnlyList<DateTimeOffset> times, FiringDecision decision, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "schedules.backfill", async (connection, token) =>
        {
            if (await LockAsync(connection, projectId, name, token) is not { } schedule)
            {
                return (int?)null;
            }

            List<FiringRecord> firings =
                [.. times.Select(time => FiringFactory.Create(schedule, new PlannedFiring(time, decision, 1, time), isManual: true))];
            return await FiringRows.InsertOverSkippedAsync(connection, firings, token);
        }, cancellationToken);

    /// <summary>Lists the firings of a schedule, newest first, those before a nominal time.</summary>
    public Task<List<FiringRecord>> ListAsync(Guid scheduleId, DateTimeOffset? before, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {FiringRows.Columns} from scheduler.firings f
                where f.schedule_id = $1 and ($2::timestamptz is null or f.nominal_time < $2) order by f.nominal_time desc limit $3
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Parameters.AddValue(scheduleId);
            command.Parameters.AddTime(before);
            command.Parameters.AddValue(countMax);
            return await FiringRows.ReadAllAsync(command, token);
        }, cancellationToken);

    private static async Task<FiringReport> FireAsync(
        NpgsqlConnection connection, ScheduleRecord schedule, DateTimeOffset next, CancellationToken cancellationToken)
    {
        (int active, int waiting) = await CountAsync(connection, schedule.ScheduleId, cancellationToken);
        // A pause that ran out counts up to its end, and only for times before it.
        bool isPaused = schedule.IsPaused;
        DateTimeOffset now = schedule.ReadTime;
        if (isPaused && schedule.PauseUntil is { } until && until <= now)
        {
            isPaused = next < until;
            now = isPaused ? until.AddTicks(-1) : now;
        }

        FiringPlan plan;
        List<FiringRecord> firings;
        try
        {
            plan = FiringPlanner.Plan(
                schedule.Definition.Plan.ToRule(), schedule.Definition.Policy, new FiringState(next, isPaused, active, waiting), now);
            firings = [.. plan.Firings.Select(planned => FiringFactory.Create(schedule, planned, isManual: false))];
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or JsonException or TimeZoneNotFoundException or InvalidTimeZoneException)
        {
            // A schedule that this program cannot compute (a zone that was renamed) must not keep the others from firing.
            await StopAsync(connection, schedule.ScheduleId, $"The next time cannot be computed: {exception.Message}", cancellationToken);
            return new FiringReport(schedule.Name, schedule.ProjectId, []);
        }

        if (plan.CancelsOthers)
        {
            await using var cancel = new NpgsqlCommand(
                "update scheduler.firings set is_cancel_requested = true where schedule_id = $1 and state in ('pending', 'active')", connection);
            cancel.Parameters.AddValue(schedule.ScheduleId);
            await cancel.ExecuteNonQueryAsync(cancellationToken);
        }

        await FiringRows.InsertAsync(connection, firings, cancellationToken);
        const string Advance =
            """
            update scheduler.schedules set next_nominal = $2, last_nominal = coalesce($3, last_nominal), is_paused = $4,
                pause_until = case when $4 then pause_until end, pause_cause = case when $4 then pause_cause else '' end
            where schedule_id = $1
            """;
        await using var advance = new NpgsqlCommand(Advance, connection);
        advance.Parameters.AddValue(schedule.ScheduleId);
        advance.Parameters.AddTime(plan.NextNominal);
        advance.Parameters.AddTime(firings.Count > 0 ? firings[^1].CoveredUntil : null);
        advance.Parameters.AddValue(isPaused);
        await advance.ExecuteNonQueryAsync(cancellationToken);
        return new FiringReport(schedule.Name, schedule.ProjectId, firings);
    }

    private static async Task StopAsync(NpgsqlConnection connection, Guid scheduleId, string cause, CancellationToken cancellationToken)
    {
        const string Stop =
            """
            update scheduler.schedules set next_nominal = null, is_paused = true, pause_until = null, pause_cause = $2 where schedule_id = $1
            """;
        await using var command = new NpgsqlCommand(Stop, connection);
        command.Parameters.AddValue(scheduleId);
        command.Parameters.AddValue(cause);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<(int Active, int Waiting)> CountAsync(
        NpgsqlConnection connection, Guid scheduleId, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand(CountOpen, connection);
        count.Parameters.AddValue(scheduleId);
        await using NpgsqlDataReader reader = await count.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.GetInt32(1));
    }

    private static async Task<ScheduleRecord?> LockAsync(
        NpgsqlConnection connection, string projectId, string name, CancellationToken cancellationToken)
    {
        const string Lock =
            $"""
            select {ScheduleStore.Columns} from scheduler.schedules s
            where s.project_id = $1 and s.name = $2 and s.delete_time is null for update of s
            """;
        await using var command = new NpgsqlCommand(Lock, connection);
        command.Parameters.AddValue(projectId);
        command.Parameters.AddValue(name);
        return (await ScheduleStore.ReadAllAsync(command, cancellationToken)).FirstOrDefault();
    }
}
