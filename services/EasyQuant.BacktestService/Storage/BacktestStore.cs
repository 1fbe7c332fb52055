using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The backtests in PostgreSQL, as callers see them. Thread-safe.</summary>
internal sealed class BacktestStore(NpgsqlDataSource dataSource)
{
    internal const string Schema = "backtest";

    private const string Columns =
        """
        backtest_id, project_id, kind, spec, state, progress, metrics, manifest, error_reason, error_message, create_time, start_time, end_time,
            attempt_count, fault_count, trial_count, done_count, failed_count, revision, trials
        """;

    /// <summary>Stores a backtest or sweep as queued, or returns the one of the same request. Null when the project's queue is full.</summary>
    public Task<BacktestRecord?> CreateAsync(NewBacktest row, int queuedCountMax, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.create", async (connection, token) =>
        {
            if (await FindByRequestAsync(connection, row.ProjectId, row.RequestId, token) is { } before)
            {
                return before;
            }

            // The count is not locked: parallel calls may exceed the bound by their number, which is itself bounded.
            const string Insert =
                """
                insert into backtest.backtests(backtest_id, project_id, request_id, strategy, spec, kind, family, trial_count, parent_id, state)
                select $1, $2, $3, $4, $5, $7, $8, $9, $10, 'queued'
                where (select count(*) from (select 1 from backtest.backtests where project_id = $2 and state = 'queued' limit $6) q) < $6
                on conflict do nothing
                """;
            await using var command = new NpgsqlCommand(Insert, connection);
            command.Add(row.BacktestId).Add(row.ProjectId).AddText(row.RequestId).Add(row.Strategy).Add(row.Spec).Add(queuedCountMax)
                .Add(row.Kind).Add(row.Family).Add(row.TrialCount).AddUuid(row.ParentId);
            return await command.ExecuteNonQueryAsync(token) == 1
                ? await FindAsync(connection, row.ProjectId, row.BacktestId, token)
                : await FindByRequestAsync(connection, row.ProjectId, row.RequestId, token)
                    ?? await FindAsync(connection, row.ProjectId, row.BacktestId, token);
        }, cancellationToken);

    /// <summary>Finds a backtest or sweep of the project.</summary>
    public Task<BacktestRecord?> FindAsync(string projectId, Guid backtestId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) => FindAsync(connection, projectId, backtestId, token), cancellationToken);

    /// <summary>Lists backtests, newest first, those before <paramref name="before"/>. Ids are of version 7, so their order is the order of acceptance.</summary>
    public Task<List<BacktestRecord>> ListAsync(
        string projectId, BacktestFilter filter, Guid? before, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {Columns} from backtest.backtests
                where project_id = $1 and kind = $6 and ($2::text is null or strategy = $2) and ($3 or backtest_id < $4)
                    and ($7::text is null or state = $7) and ($8::text is null or family = $8) and ($9::uuid is null or parent_id = $9)
                order by backtest_id desc limit $5
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).AddText(filter.Strategy).Add(before is null).Add(before ?? Guid.Empty).Add(countMax)
                .Add(filter.Kind).AddText(filter.State).AddText(filter.Family).AddUuid(filter.ParentId);
            var rows = new List<BacktestRecord>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add(Read(reader));
            }

            return rows;
        }, cancellationToken);

    /// <summary>Cancels a backtest unless it has ended; the holder's epoch becomes stale. Null when there is none.</summary>
    public Task<BacktestRecord?> CancelAsync(string projectId, string kind, Guid backtestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.cancel", async (connection, token) =>
        {
            const string Update =
                """
                update backtest.backtests
                set state = 'cancelled', epoch = epoch + 1, lease_until = null, end_time = clock_timestamp(), revision = revision + 1
                where project_id = $1 and backtest_id = $2 and kind = $3 and state in ('queued', 'running')
                """;
            await using var command = new NpgsqlCommand(Update, connection);
            command.Add(projectId).Add(backtestId).Add(kind);
            await command.ExecuteNonQueryAsync(token);
            return await FindAsync(connection, projectId, backtestId, token);
        }, cancellationToken);

    private static async Task<BacktestRecord?> FindByRequestAsync(
        NpgsqlConnection connection, string projectId, string? requestId, CancellationToken cancellationToken)
    {
        if (requestId is null)
        {
            return null;
        }

        await using var command = new NpgsqlCommand(
            $"select {Columns} from backtest.backtests where project_id = $1 and request_id = $2", connection);
        command.Add(projectId).Add(requestId);
        return await ReadOneAsync(command, cancellationToken);
    }

    private static async Task<BacktestRecord?> FindAsync(
        NpgsqlConnection connection, string projectId, Guid backtestId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns} from backtest.backtests where project_id = $1 and backtest_id = $2", connection);
        command.Add(projectId).Add(backtestId);
        return await ReadOneAsync(command, cancellationToken);
    }

    private static async Task<BacktestRecord?> ReadOneAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static BacktestRecord Read(NpgsqlDataReader reader) => new()
    {
        BacktestId = reader.GetGuid(0),
        ProjectId = reader.GetString(1),
        Kind = reader.GetString(2),
        Spec = reader.GetString(3),
        State = reader.GetString(4),
        Progress = reader.GetDouble(5),
        Metrics = reader.TextOrNull(6),
        Manifest = reader.TextOrNull(7),
        ErrorReason = reader.TextOrNull(8),
        ErrorMessage = reader.TextOrNull(9),
        CreateTime = new DateTimeOffset(reader.GetDateTime(10)),
        StartTime = reader.TimeOrNull(11),
        EndTime = reader.TimeOrNull(12),
        AttemptCount = reader.GetInt32(13),
        FaultCount = reader.GetInt64(14),
        TrialCount = reader.GetInt32(15),
        DoneCount = reader.GetInt32(16),
        FailedCount = reader.GetInt32(17),
        Revision = reader.GetInt64(18),
        Trials = reader.TextOrNull(19),
    };
}
