using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Work;
using EasyQuant.Engine;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>
/// Claims and finishes backtests. A claim gives the next epoch; every later word of the holder names it, so a holder whose lease
/// was taken over changes nothing. Thread-safe.
/// </summary>
internal sealed class LeaseStore(NpgsqlDataSource dataSource)
{
    /// <summary>Claims the oldest backtest that waits or whose lease has passed; null when there is none.</summary>
    /// <param name="duration">Length of the lease.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<BacktestLease?> ClaimAsync(TimeSpan duration, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.claim", async (connection, token) =>
        {
            const string Claim =
                """
                update backtest.backtests set state = 'running', epoch = epoch + 1, attempt_count = attempt_count + 1, progress = 0,
                    start_time = clock_timestamp(), lease_until = clock_timestamp() + $1, revision = revision + 1
                where backtest_id = (
                    select backtest_id from backtest.backtests
                    where state = 'queued' or (state = 'running' and lease_until < clock_timestamp())
                    order by backtest_id limit 1 for update skip locked)
                returning backtest_id, project_id, spec, epoch, attempt_count, kind
                """;
            await using var command = new NpgsqlCommand(Claim, connection);
            command.Add(duration);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token)
                ? new BacktestLease(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetInt32(4), reader.GetString(5))
                : null;
        }, cancellationToken);

    /// <summary>Renews the lease and tells the progress; false when the epoch is stale.</summary>
    public Task<bool> RenewAsync(BacktestLease lease, TimeSpan duration, double progress, CancellationToken cancellationToken) =>
        UpdateAsync(
            lease,
            "backtests.renew",
            "lease_until = clock_timestamp() + $3, progress = greatest(progress, $4), revision = revision + 1",
            command => command.Add(duration).Add(progress),
            cancellationToken);

    /// <summary>Gives the backtest back to the queue; false when the epoch is stale.</summary>
    public Task<bool> ReleaseAsync(BacktestLease lease, CancellationToken cancellationToken) =>
        UpdateAsync(
            lease,
            "backtests.release",
            "state = 'queued', lease_until = null, progress = 0, attempt_count = attempt_count - 1, revision = revision + 1",
            command => command,
            cancellationToken);

    /// <summary>Ends the backtest with an error; false when the epoch is stale.</summary>
    public Task<bool> FailAsync(BacktestLease lease, string reason, string message, CancellationToken cancellationToken) =>
        UpdateAsync(
            lease,
            "backtests.fail",
            "state = 'failed', lease_until = null, end_time = clock_timestamp(), error_reason = $3, error_message = $4, revision = revision + 1",
            command => command.Add(reason).Add(message.Length <= 2000 ? message : message[..2000]),
            cancellationToken);

    /// <summary>
    /// Ends the backtest with its result, counts it as a trial and judges it against all trials that its family and window then have, in one transaction;
    /// false when the epoch is stale.
    /// </summary>
    public Task<bool> SucceedAsync(BacktestLease lease, JobResult result, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.succeed", async (connection, token) =>
        {
            const string Assignments =
                """
                state = 'succeeded', lease_until = null, end_time = clock_timestamp(), progress = 1, metrics = $3, manifest = $4,
                    fault_count = $5, revision = revision + 1
                """;
            if (!await UpdateAsync(
                connection, lease, Assignments, command => command.Add(result.Metrics).Add(result.Manifest).Add(result.FaultCount), token))
            {
                return await HasEndedWithAsync(connection, lease, token);
            }

            await ResultStore.InsertAsync(connection, lease.BacktestId, result.Chunks, token);
            await ResultStore.InsertAsync(connection, lease.BacktestId, result.Documents, token);
            if (result.Trial is { } trial)
            {
                TrialSummary known = await TrialStore.CountAsync(connection, lease.ProjectId, trial, token);
                await using var judged = new NpgsqlCommand("update backtest.backtests set trials = $2 where backtest_id = $1", connection);
                judged.Add(lease.BacktestId).Add(TrialAssessment.Of(trial.Trial.Sample, known).ToJson().ToJsonString());
                await judged.ExecuteNonQueryAsync(token);
            }

            return true;
        }, cancellationToken);

    /// <summary>Stores trials of a sweep and counts them in the ledger, in one transaction; false when the epoch is stale.</summary>
    /// <param name="lease">The sweep.</param>
    /// <param name="batch">Trials that have ended; none of them is stored yet.</param>
    /// <param name="duration">Length of the lease from now.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<bool> AddTrialsAsync(
        BacktestLease lease, IReadOnlyList<EndedTrial> batch, TimeSpan duration, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "sweeps.trials", async (connection, token) =>
        {
            const string Assignments =
                """
                done_count = done_count + $3, failed_count = failed_count + $4,
                    lease_until = clock_timestamp() + $5, revision = revision + 1
                """;
            // A repetition after a lost reply to COMMIT finds its own rows and counts nothing twice.
            IReadOnlyList<EndedTrial> fresh = await SweepStore.WithoutStoredAsync(connection, lease.BacktestId, batch, token);
            int failed = fresh.Count(trial => trial.Metrics is null);
            if (!await UpdateAsync(
                connection, lease, Assignments, command => command.Add(fresh.Count).Add(failed).Add(duration), token))
            {
                return false;
            }

            await SweepStore.InsertAsync(connection, lease.BacktestId, fresh, token);
            await TrialStore.InsertAsync(
                connection, lease.ProjectId, [.. fresh.Select(trial => trial.Counted).OfType<CountedTrial>()], token);
            return true;
        }, cancellationToken);

    /// <summary>Ends a sweep whose trials are all stored, or a bias check; false when the epoch is stale.</summary>
    /// <param name="lease">The sweep or bias check.</param>
    /// <param name="metrics">JSON of the assessment or of the verdicts.</param>
    /// <param name="chunks">The result table of a sweep per symbol in pieces; empty for others.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<bool> SucceedPlainAsync(
        BacktestLease lease, string metrics, IReadOnlyList<ResultChunk> chunks, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource,
            "sweeps.succeed",
            async (connection, token) =>
            {
                if (!await UpdateAsync(
                    connection,
                    lease,
                    "state = 'succeeded', lease_until = null, end_time = clock_timestamp(), progress = 1, metrics = $3, revision = revision + 1",
                    command => command.Add(metrics),
                    token))
                {
                    return await HasEndedWithAsync(connection, lease, token);
                }

                await ResultStore.InsertAsync(connection, lease.BacktestId, chunks, token);
                return true;
            },
            cancellationToken);

    /// <summary>Notes how many trials a sweep has, once the days of its data are known; false when the epoch is stale.</summary>
    public Task<bool> SetTrialCountAsync(BacktestLease lease, int trialCount, CancellationToken cancellationToken) =>
        UpdateAsync(lease, "sweeps.count", "trial_count = $3, revision = revision + 1", command => command.Add(trialCount), cancellationToken);

    // The reply to COMMIT may be lost; then the repeated transaction finds its own work done.
    private static async Task<bool> HasEndedWithAsync(NpgsqlConnection connection, BacktestLease lease, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select 1 from backtest.backtests where backtest_id = $1 and epoch = $2 and state = 'succeeded'", connection);
        command.Add(lease.BacktestId).Add(lease.Epoch);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private Task<bool> UpdateAsync(
        BacktestLease lease, string name, string assignments, Func<NpgsqlCommand, NpgsqlCommand> add, CancellationToken cancellationToken) =>
        Transactions.RunAsync(
            dataSource, name, (connection, token) => UpdateAsync(connection, lease, assignments, add, token), cancellationToken);

    private static async Task<bool> UpdateAsync(
        NpgsqlConnection connection,
        BacktestLease lease,
        string assignments,
        Func<NpgsqlCommand, NpgsqlCommand> add,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"update backtest.backtests set {assignments} where backtest_id = $1 and epoch = $2 and state = 'running'", connection);
        add(command.Add(lease.BacktestId).Add(lease.Epoch));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
