using System.Reflection;
using EasyQuant.Persistence.Faults;
using EasyQuant.Persistence.Messages;
using Npgsql;

namespace EasyQuant.Persistence.Migrations;

/// <summary>
/// Brings a schema to what this program needs. All pending steps run in one transaction under a transaction-scoped advisory
/// lock: replicas that start together wait for each other, and a killed migration leaves nothing behind.
/// </summary>
public static class Migrator
{
    private const string CreateLog =
        "create table if not exists eq_migrations(version int primary key, name text not null, checksum text not null, apply_time timestamptz not null default clock_timestamp())";

    /// <summary>
    /// Applies the embedded files <c>Migrations/NNN_name.sql</c> of <paramref name="embeddedSql"/> that the schema lacks, in
    /// order, with the schema first in the search path. Creates the schema, its outbox table and the table of applied steps.
    /// Waits up to 60 s for a database that is starting. Safe to call from any number of processes at once; repeatable.
    /// </summary>
    /// <param name="dataSource">The database; the role must be allowed to create the schema.</param>
    /// <param name="schema">Name of the schema.</param>
    /// <param name="embeddedSql">Assembly that carries the files.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Number of steps applied; 0 when the schema was up to date.</returns>
    /// <exception cref="MigrationException">An applied file has changed, the schema is newer than this program, or the server is older than <see cref="PostgresVersion.Min"/>.</exception>
    public static async Task<int> ApplyAsync(NpgsqlDataSource dataSource, string schema, Assembly embeddedSql, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        SqlIdentifier.Validate(schema);
        IReadOnlyList<Migration> known = Migration.ReadAll(embeddedSql);
        return await TransientRetry.StartUp.ExecuteAsync(
            async token => await ApplyOnceAsync(dataSource, schema, known, token), cancellationToken);
    }

    private static async Task<int> ApplyOnceAsync(
        NpgsqlDataSource dataSource, string schema, IReadOnlyList<Migration> known, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        PostgresVersion.Check(connection.PostgreSqlVersion);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Waiting for another replica's migration is not a fault; the session's own limits come back at the end of the transaction.
        await RunAsync(connection, "set local statement_timeout = '5min'; set local lock_timeout = '5min'", cancellationToken);
        await using (var take = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 4711))", connection))
        {
            take.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"easyquant.migrate.{schema}" });
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        string quoted = SqlIdentifier.Quote(schema);
        await RunAsync(connection, $"create schema if not exists {quoted}; set local search_path = {quoted}; {CreateLog}", cancellationToken);
        Dictionary<int, string> applied = await ReadAppliedAsync(connection, cancellationToken);
        Verify(schema, known, applied);
        await RunAsync(connection, Outbox.CreateTable, cancellationToken);
        int count = 0;
        foreach (Migration migration in known)
        {
            if (!applied.ContainsKey(migration.Version))
            {
                await ApplyStepAsync(connection, migration, cancellationToken);
                count++;
            }
        }

        Failpoints.Hit("migrator.before-commit");
        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private static async Task ApplyStepAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await RunAsync(connection, migration.Sql, cancellationToken);
        await using var insert = new NpgsqlCommand("insert into eq_migrations(version, name, checksum) values ($1, $2, $3)", connection);
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = migration.Version });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Name });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = migration.Checksum });
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Verify(string schema, IReadOnlyList<Migration> known, Dictionary<int, string> applied)
    {
        foreach ((int version, string checksum) in applied.OrderBy(entry => entry.Key))
        {
            if (version > known.Count)
            {
                throw new MigrationException(
                    $"Schema {schema} is newer than this program: it has step {applied.Keys.Max()}, this program knows {known.Count}. Start the newer program.");
            }

            if (known[version - 1].Checksum != checksum)
            {
                throw new MigrationException(
                    $"Step {version:D3}_{known[version - 1].Name} of schema {schema} was changed after it was applied: the database has {checksum[..12]}, this program {known[version - 1].Checksum[..12]}. Add a new step instead.");
            }
        }
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, string>();
        await using var select = new NpgsqlCommand("select version, checksum from eq_migrations", connection);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetInt32(0), reader.GetString(1));
        }

        return applied;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
