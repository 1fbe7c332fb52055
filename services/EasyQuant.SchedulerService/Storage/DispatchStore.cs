using EasyQuant.Persistence;
using EasyQuant.SchedulerService.Schedules;
using Npgsql;

namespace EasyQuant.SchedulerService.Storage;

/// <summary>Hands out fired nominal times that have no run yet, and keeps what became of them. Thread-safe.</summary>
internal sealed class DispatchStore(NpgsqlDataSource dataSource)
{
    /// <summary>Takes due firings; nobody else takes them before the lease is over. A second attempt is harmless: runs are keyed.</summary>
    public Task<List<FiringRecord>> ClaimAsync(int countMax, TimeSpan lease, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "firings.claim", async (connection, token) =>
        {
            const string Claim =
                $"""
                with due as (
                    select schedule_id, nominal_time from scheduler.firings
                    where state = 'pending' and next_try_time <= (select clock_timestamp())
                    order by next_try_time, schedule_id limit $1 for update skip locked)
                update scheduler.firings f set next_try_time = clock_timestamp() + $2, attempt_count = f.attempt_count + 1
                from due where f.schedule_id = due.schedule_id and f.nominal_time = due.nominal_time returning {FiringRows.Columns}
                """;
            await using var command = new NpgsqlCommand(Claim, connection);
            command.Parameters.AddValue(countMax);
            command.Parameters.AddValue(lease);
            List<FiringRecord> claimed = await FiringRows.ReadAllAsync(command, token);
            claimed.Sort((left, right) => left.NominalTime.CompareTo(right.NominalTime));
            return claimed;
        }, cancellationToken);

    /// <summary>Keeps what became of attempts: a run, a refusal for good, or a later attempt after a growing delay.</summary>
    public Task<int> SaveAsync(IReadOnlyList<StartOutcome> outcomes, TimeSpan delayMax, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "firings.save", async (connection, token) =>
        {
            const string Save =
                """
                update scheduler.firings set
                    state = case when $2 <> '' then 'active' when $5 then 'rejected' else 'pending' end,
                    run_id = $2, run_state = $3, error = $4, track_time = clock_timestamp(),
                    next_try_time = clock_timestamp()
                        + least(interval '250 milliseconds' * power(2, least(attempt_count, 16) - 1), $6) * (0.75 + random() / 2)
                where request_id = $1 and state = 'pending'
                """;
            await using var batch = new NpgsqlBatch(connection);
            foreach (StartOutcome outcome in outcomes.OrderBy(outcome => outcome.RequestId))
            {
                var command = new NpgsqlBatchCommand(Save);
                command.Parameters.AddValue(outcome.RequestId);
                command.Parameters.AddValue(outcome.RunId);
                command.Parameters.AddValue(outcome.RunState);
                command.Parameters.AddValue(outcome.Error);
                command.Parameters.AddValue(outcome.IsFinal);
                command.Parameters.AddValue(delayMax);
                batch.BatchCommands.Add(command);
            }

            return await batch.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    /// <summary>Returns active runs that are to be cancelled.</summary>
    public Task<List<FiringRecord>> ListCancelsAsync(int countMax, CancellationToken cancellationToken) => SelectAsync(
        "f.is_cancel_requested and f.state = 'active' order by f.schedule_id, f.nominal_time limit $1", countMax, cancellationToken);

    /// <summary>Notes that the Workflow service took the request to cancel.</summary>
    public Task<int> SaveCancelAsync(Guid requestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "firings.cancel", async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "update scheduler.firings set is_cancel_requested = false where request_id = $1", connection);
            command.Parameters.AddValue(requestId);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    /// <summary>Takes active firings of which nothing was heard for a while.</summary>
    public Task<List<FiringRecord>> TakeSilentAsync(TimeSpan silence, int countMax, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "firings.silent", async (connection, token) =>
        {
            const string Take =
                $"""
                with silent as (
                    select schedule_id, nominal_time from scheduler.firings
                    where state = 'active' and track_time <= (select clock_timestamp()) - $1::interval
                    order by track_time limit $2 for update skip locked)
                update scheduler.firings f set track_time = clock_timestamp()
                from silent where f.schedule_id = silent.schedule_id and f.nominal_time = silent.nominal_time returning {FiringRows.Columns}
                """;
            await using var command = new NpgsqlCommand(Take, connection);
            command.Parameters.AddValue(silence);
            command.Parameters.AddValue(countMax);
            return await FiringRows.ReadAllAsync(command, token);
        }, cancellationToken);

    /// <summary>Deletes at most 1,000 old firings that are over. Returns how many.</summary>
    public Task<int> PurgeAsync(TimeSpan retention, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "firings.purge", async (connection, token) =>
        {
            const string Purge =
                """
                delete from scheduler.firings where (schedule_id, nominal_time) in (
                    select schedule_id, nominal_time from scheduler.firings
                    where decide_time < (select clock_timestamp()) - $1::interval and state in ('skipped', 'done', 'rejected')
                    order by decide_time limit 1000 for update skip locked)
                """;
            await using var command = new NpgsqlCommand(Purge, connection);
            command.Parameters.AddValue(retention);
            return await command.ExecuteNonQueryAsync(token);
        }, cancellationToken);

    private Task<List<FiringRecord>> SelectAsync(string condition, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"select {FiringRows.Columns} from scheduler.firings f where {condition}", connection);
            command.Parameters.AddValue(countMax);
            return await FiringRows.ReadAllAsync(command, token);
        }, cancellationToken);
}
