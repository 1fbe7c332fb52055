using EasyQuant.Engine;
using EasyQuant.Persistence;
using Npgsql;

namespace EasyQuant.Nodes.Data.Sql;

/// <summary>
/// The trial ledger of a project's own database, for nodes: the table <c>eq_trials</c> of its schema, which all workers share. A database that is away is waited for,
/// up to <see cref="TransientRetry.OutageMax"/>. Thread-safe.
/// </summary>
/// <exception cref="Flow.NodeException">From both calls: the database refused or stayed away; a reason of the database nodes.</exception>
public sealed class ProjectTrialLedger : ITrialLedger
{
    private const string What = "the trial ledger";
    private readonly PatientDatabase _database;
    private readonly string _insert;
    private readonly string _select;

    /// <summary>Serves a project; does not connect.</summary>
    /// <param name="database">The project's database, prepared by <see cref="ProjectDatabase.EnsureEffectTablesAsync"/>.</param>
    /// <param name="time">Clock of the waits.</param>
    public ProjectTrialLedger(ProjectDatabase database, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(database);
        _database = new PatientDatabase(database, time);
        string table = TableOf(database);
        _insert =
            $"""
            insert into {table}(family, key, data_sha256, first_date, last_date, sharpe, return_count, skewness, kurtosis, parameters)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing
            """;
        // In order of the keys, so that the same trials give the same bits in whatever order they were added.
        _select =
            $"""
            select count(*), coalesce(avg(sharpe order by key) filter (where return_count > 0), 0),
                coalesce(var_samp(sharpe order by key) filter (where return_count > 0), 0)
            from {table} where family = $1 and first_date <= $3 and last_date >= $2
            """;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> AddAsync(Trial trial, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return await TryAsync(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(_insert, connection);
                Add(command, trial.Family);
                Add(command, trial.Key);
                Add(command, trial.DataSha256);
                Add(command, trial.FirstDate);
                Add(command, trial.LastDate);
                Add(command, trial.Sample.Sharpe);
                Add(command, trial.Sample.ReturnCount);
                Add(command, trial.Sample.Skewness);
                Add(command, trial.Sample.Kurtosis);
                Add(command, trial.Parameters);
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<TrialSummary> SummarizeAsync(string family, DateOnly first, DateOnly last, CancellationToken cancellationToken) => await TryAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(_select, connection);
            Add(command, family);
            Add(command, first);
            Add(command, last);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return new TrialSummary(reader.GetInt64(0), reader.GetDouble(1), reader.GetDouble(2));
        },
        cancellationToken);

    /// <summary>Creates the table when it is missing. Repeatable; callers that race wait for each other.</summary>
    internal static async Task EnsureTableAsync(ProjectDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Rows are added, never changed; the key is that of the manifest. "if not exists" alone fails when two sessions create the same table at once.
        await using var command = new NpgsqlCommand(
            $"""
            select pg_advisory_xact_lock(4711, 2);
            create table if not exists {TableOf(database)}(
                family text not null, key text collate "C" not null, data_sha256 text not null, first_date date not null, last_date date not null,
                sharpe double precision not null, return_count int not null, skewness double precision not null, kurtosis double precision not null,
                parameters text not null, create_time timestamptz not null default clock_timestamp(), primary key (family, key))
            """,
            connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string TableOf(ProjectDatabase database) => SqlIdentifier.Quote(database.Schema) + ".eq_trials";

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });

    private async Task<T> TryAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await _database.ReadAsync(work, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw SqlErrors.ToNodeException(e, What);
        }
    }
}
