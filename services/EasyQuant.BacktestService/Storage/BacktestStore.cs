using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The backtests in PostgreSQL, as callers see them. Thread-safe.</summary>
internal sealed class BacktestStore(NpgsqlDataSource dataSource)
{
    internal const string Schema = "backtest";

    private const string Columns =
        """
        backtest_id, project_id, spec, state, progress, metrics, manifest, error_reason, error_message, create_time, end_time, revision
        """;

    /// <summary>Stores a backtest as queued, or returns the one of the same request. Null when the project's queue is full.</summary>
    public Task<BacktestRecord?> CreateAsync(
        Guid backtestId, string projectId, string? requestId, string strategy, string spec, int queuedCountMax, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.create", async (connection, token) =>
        {
            if (await FindByRequestAsync(connection, projectId, requestId, token) is { } before)
            {
                return before;
            }

            // The count is not locked: parallel calls may exceed the bound by their number, which is itself bounded.
            const string Insert =
                """
                insert into backtest.backtests(backtest_id, project_id, request_id, strategy, spec, state)
                select $1, $2, $3, $4, $5, 'queued'
                where (select count(*) from (select 1 from backtest.backtests where project_id = $2 and state = 'queued' limit $6) q) < $6
                on conflict do nothing
                """;
            await using var command = new NpgsqlCommand(Insert, connection);
            command.Add(backtestId).Add(projectId).AddText(requestId).Add(strategy).Add(spec).Add(queuedCountMax);
            return await command.ExecuteNonQueryAsync(token) == 1
                ? await FindAsync(connection, projectId, backtestId, token)
                : await FindByRequestAsync(connection, projectId, requestId, token) ?? await FindAsync(connection, projectId, backtestId, token);
        }, cancellationToken);

    /// <summary>Finds a backtest of the project.</summary>
    public Task<BacktestRecord?> FindAsync(string projectId, Guid backtestId, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, (connection, token) => FindAsync(connection, projectId, backtestId, token), cancellationToken);

    /// <summary>Lists backtests, newest first, those before <paramref name="before"/>. Ids are of version 7, so their order is the order of acceptance.</summary>
    public Task<List<BacktestRecord>> ListAsync(
        string projectId, string? strategy, Guid? before, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {Columns} from backtest.backtests
                where project_id = $1 and ($2::text is null or strategy = $2) and ($3 or backtest_id < $4)
                order by backtest_id desc limit $5
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).AddText(strategy).Add(before is null).Add(before ?? Guid.Empty).Add(countMax);
            var rows = new List<BacktestRecord>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add(Read(reader));
            }

            return rows;
        }, cancellationToken);

    /// <summary>Cancels a backtest unless it has ended; the holder's epoch becomes stale. Null when there is none.</summary>
    public Task<BacktestRecord?> CancelAsync(string projectId, Guid backtestId, CancellationToken cancellationToken) =>
        Transactions.RunAsync(dataSource, "backtests.cancel", async (connection, token) =>
        {
            const string Update =
                """
                update backtest.backtests
                set state = 'cancelled', epoch = epoch + 1, lease_until = null, end_time = clock_timestamp(), revision = revision + 1
                where project_id = $1 and backtest_id = $2 and state in ('queued', 'running')
                """;
            await using var command = new NpgsqlCommand(Update, connection);
            command.Add(projectId).Add(backtestId);
            await command.ExecuteNonQueryAsync(token);
            return await FindAsync(connection, projectId, backtestId, token);
        }, cancellationToken);

    /// <summary>Reads a result table as a table file; null before the end.</summary>
    /// <param name="projectId">The caller's project.</param>
    /// <param name="backtestId">The backtest.</param>
    /// <param name="isEquity">True for the equity curve, false for the trades.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<byte[]?> ReadResultAsync(string projectId, Guid backtestId, bool isEquity, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            string select =
                $"""
                select r.{(isEquity ? "equity" : "trades")} from backtest.results r join backtest.backtests b using (backtest_id)
                where b.project_id = $1 and b.backtest_id = $2
                """;
            await using var command = new NpgsqlCommand(select, connection);
            command.Add(projectId).Add(backtestId);
            return (byte[]?)await command.ExecuteScalarAsync(token);
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
        Spec = reader.GetString(2),
        State = reader.GetString(3),
        Progress = reader.GetDouble(4),
        Metrics = reader.TextOrNull(5),
        Manifest = reader.TextOrNull(6),
        ErrorReason = reader.TextOrNull(7),
        ErrorMessage = reader.TextOrNull(8),
        CreateTime = new DateTimeOffset(reader.GetDateTime(9)),
        EndTime = reader.TimeOrNull(10),
        Revision = reader.GetInt64(11),
    };
}
