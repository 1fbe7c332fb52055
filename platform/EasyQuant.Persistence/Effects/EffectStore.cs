using Npgsql;

namespace EasyQuant.Persistence.Effects;

/// <summary>
/// Makes effects happen once, where the data is: fence check, effect key and effect share the caller's transaction. Tables
/// <c>eq_fence(resource, epoch)</c> and <c>eq_effects(key)</c> live in the schema of the written data. Thread-safe.
/// </summary>
public sealed class EffectStore
{
    private readonly string _create;
    private readonly string _fence;
    private readonly string _add;
    private readonly string _setResult;
    private readonly string _getResult;
    private readonly string _forget;

    /// <summary>Creates the store of one schema; does not touch the database.</summary>
    /// <param name="schema">Schema of the written data.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public EffectStore(string schema)
    {
        string quoted = SqlIdentifier.Quote(schema);
        _create =
            $"""
            create table if not exists {quoted}.eq_fence(resource text primary key, epoch bigint not null);
            create table if not exists {quoted}.eq_effects(key text primary key, result text, create_time timestamptz not null default clock_timestamp())
            """;
        // Writers of the epoch that holds share the row; only the first of a newer one changes it, and waits until the last of the older has ended.
        _fence =
            $"""
            with held as (select 1 from {quoted}.eq_fence where resource = $1 and epoch = $2 for share), raised as (
                insert into {quoted}.eq_fence as f select $1, $2 where not exists (select from held)
                on conflict (resource) do update set epoch = excluded.epoch where f.epoch <= excluded.epoch returning 1
            )
            select 1 from held union all select 1 from raised
            """;
        _add = $"insert into {quoted}.eq_effects(key) values ($1) on conflict do nothing";
        _setResult = $"update {quoted}.eq_effects set result = $2 where key = $1";
        _forget =
            $"""
            delete from {quoted}.eq_effects where ctid = any(array(
                select ctid from {quoted}.eq_effects where create_time < clock_timestamp() - $1 limit $2 for update skip locked)) and create_time < clock_timestamp() - $1
            """;
        _getResult = $"select result from {quoted}.eq_effects where key = $1";
    }

    /// <summary>Creates the two tables when they are missing. Repeatable; callers that race wait for each other.</summary>
    /// <param name="connection">Open connection of a role that may create tables in the schema.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When both exist.</returns>
    public async Task EnsureTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        // "if not exists" alone fails with a unique violation when two sessions create the same table at once.
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock(4711, 1); {_create}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Fences the resource: from the commit on, writers with a smaller epoch are refused. Until then writers with a greater epoch wait; those with the same go on beside
    /// each other once one of them has committed.
    /// </summary>
    /// <param name="connection">Connection inside the transaction of the effect.</param>
    /// <param name="resource">What is written, for example <c>run/{id}</c>.</param>
    /// <param name="epoch">Epoch of the caller's lease.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When the epoch holds.</returns>
    /// <exception cref="EpochStaleException">A newer epoch has written; roll back.</exception>
    public async Task FenceAsync(NpgsqlConnection connection, string resource, long epoch, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_fence, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = resource });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = epoch });
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw new EpochStaleException(resource, epoch);
        }
    }

    /// <summary>Claims an effect key. A concurrent claim of the same key waits for the other transaction to end.</summary>
    /// <param name="connection">Connection inside the transaction of the effect.</param>
    /// <param name="key">Key of the effect, without the attempt.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>True when the effect is still to be done; false when it has been committed before.</returns>
    public async Task<bool> TryClaimAsync(NpgsqlConnection connection, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_add, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Keeps what the effect answered beside its key, so that a repeated execution can answer the same.</summary>
    /// <param name="connection">Connection inside the transaction that claimed the key.</param>
    /// <param name="key">Key of the effect.</param>
    /// <param name="result">Text of the answer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>When it is written.</returns>
    public async Task SetResultAsync(NpgsqlConnection connection, string key, string result, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_setResult, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = result });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads what the committed effect answered.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="key">Key of the effect.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The text; null when the effect is unknown or kept none.</returns>
    public async Task<string?> GetResultAsync(NpgsqlConnection connection, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(_getResult, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Forgets effects, a bounded part in each call: their keys are needed only while their runs may be executed again. Callers at the same time take different ones.</summary>
    /// <param name="connection">Open connection.</param>
    /// <param name="age">Time since the effect, at least 1 hour; 30 days are usual.</param>
    /// <param name="countMax">Most effects to forget in one call, 1 to 100,000.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Effects forgotten.</returns>
    public async Task<int> ForgetAsync(NpgsqlConnection connection, TimeSpan age, int countMax, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(age, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(countMax, 100_000);
        await using var command = new NpgsqlCommand(_forget, connection);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = countMax });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
