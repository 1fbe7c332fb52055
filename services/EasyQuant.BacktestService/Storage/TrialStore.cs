using EasyQuant.Engine;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.BacktestService.Storage;

/// <summary>The trial ledger of a project in PostgreSQL. Thread-safe.</summary>
internal sealed class TrialStore(NpgsqlDataSource dataSource, string projectId, TimeProvider time) : ITrialLedger
{
    private const string Columns =
        "key, family, data_sha256, first_date, last_date, sharpe, return_count, skewness, kurtosis, parameters";

    /// <summary>Adds trials within the transaction that ends them.</summary>
    /// <returns>How many are new.</returns>
    public static async Task<int> InsertAsync(
        NpgsqlConnection connection, string projectId, IReadOnlyList<CountedTrial> trials, CancellationToken cancellationToken)
    {
        if (trials.Count == 0)
        {
            return 0;
        }

        const string Insert =
            $"""
            insert into backtest.trials(project_id, trial_id, {Columns})
            select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[], $8::float8[], $9::int[], $10::float8[],
                $11::float8[], $12::text[])
            on conflict do nothing
            """;
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Add(projectId)
            .Add(trials.Select(one => one.TrialId).ToArray())
            .Add(trials.Select(one => one.Trial.Key).ToArray())
            .Add(trials.Select(one => one.Trial.Family).ToArray())
            .Add(trials.Select(one => one.Trial.DataSha256).ToArray())
            .Add(trials.Select(one => one.Trial.FirstDate).ToArray())
            .Add(trials.Select(one => one.Trial.LastDate).ToArray())
            .Add(trials.Select(one => one.Trial.Sample.Sharpe).ToArray())
            .Add(trials.Select(one => one.Trial.Sample.ReturnCount).ToArray())
            .Add(trials.Select(one => one.Trial.Sample.Skewness).ToArray())
            .Add(trials.Select(one => one.Trial.Sample.Kurtosis).ToArray())
            .Add(trials.Select(one => one.Trial.Parameters).ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Adds a trial within the transaction that ends it and summarises its family and window with it. Of two transactions that count trials of one family at
    /// the same time, the second waits for the end of the first and counts its trial too.
    /// </summary>
    public static async Task<TrialSummary> CountAsync(
        NpgsqlConnection connection, string projectId, CountedTrial counted, CancellationToken cancellationToken)
    {
        await using (var turn = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 0))", connection))
        {
            turn.Add($"trials/{projectId}/{counted.Trial.Family}");
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        await InsertAsync(connection, projectId, [counted], cancellationToken);
        return await SummarizeAsync(connection, projectId, counted.Trial.Family, counted.Trial.FirstDate, counted.Trial.LastDate, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<bool> AddAsync(Trial trial, CancellationToken cancellationToken)
    {
        CountedTrial counted = new(Guid.CreateVersion7(time.GetUtcNow()), trial);
        return await Transactions.RunAsync(
            dataSource, "trials.add", (connection, token) => InsertAsync(connection, projectId, [counted], token), cancellationToken) == 1;
    }

    /// <inheritdoc />
    public async ValueTask<TrialSummary> SummarizeAsync(string family, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        await Transactions.ReadAsync(
            dataSource, (connection, token) => SummarizeAsync(connection, projectId, family, first, last, token), cancellationToken);

    /// <summary>Finds the trial with the largest Sharpe ratio of a family and window; null without one.</summary>
    public Task<StoredTrial?> FindBestAsync(string family, DateOnly first, DateOnly last, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {Columns}, trial_id, create_time from backtest.trials
                where project_id = $1 and family = $2 and first_date <= $4 and last_date >= $3 and return_count > 0
                order by sharpe desc, trial_id limit 1
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).Add(family).Add(first).Add(last);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token) ? Read(reader) : null;
        }, cancellationToken);

    /// <summary>Lists trials of a family, newest first, those before an id.</summary>
    public Task<List<StoredTrial>> ListAsync(string family, Guid? before, int countMax, CancellationToken cancellationToken) =>
        Transactions.ReadAsync(dataSource, async (connection, token) =>
        {
            const string Select =
                $"""
                select {Columns}, trial_id, create_time from backtest.trials
                where project_id = $1 and family = $2 and ($3 or trial_id < $4) order by trial_id desc limit $5
                """;
            await using var command = new NpgsqlCommand(Select, connection);
            command.Add(projectId).Add(family).Add(before is null).Add(before ?? Guid.Empty).Add(countMax);
            var rows = new List<StoredTrial>();
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token))
            {
                rows.Add(Read(reader));
            }

            return rows;
        }, cancellationToken);

    private static async Task<TrialSummary> SummarizeAsync(
        NpgsqlConnection connection, string projectId, string family, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        // In order of the keys, so that the same trials give the same bits in whatever order they were added.
        const string Select =
            """
            select count(*), coalesce(avg(sharpe order by key collate "C") filter (where return_count > 0), 0),
                coalesce(var_samp(sharpe order by key collate "C") filter (where return_count > 0), 0)
            from backtest.trials
            where project_id = $1 and family = $2 and first_date <= $4 and last_date >= $3
            """;
        await using var command = new NpgsqlCommand(Select, connection);
        command.Add(projectId).Add(family).Add(first).Add(last);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new TrialSummary(reader.GetInt64(0), reader.GetDouble(1), reader.GetDouble(2));
    }

    private static StoredTrial Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(10),
        new Trial(
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetFieldValue<DateOnly>(3),
            reader.GetFieldValue<DateOnly>(4),
            new SharpeSample(reader.GetDouble(5), reader.GetInt32(6), reader.GetDouble(7), reader.GetDouble(8)),
            reader.GetString(9)),
        new DateTimeOffset(reader.GetDateTime(11)));
}
