using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Persistence;
using Microsoft.Extensions.Options;
using Npgsql;

namespace EasyQuant.RunnerService.Storage;

/// <summary>
/// Gives each project a role and a schema of its own in the database, made with the service's connection, and hands out data sources of that role only: a
/// node can reach nothing but its project's tables. Project <c>default</c> has the role <c>eq_data_default</c> and the schema <c>data</c>. Thread-safe.
/// </summary>
internal sealed partial class ProjectDatabases(
    NpgsqlDataSource? admin, IConfiguration configuration, IOptions<RunnerOptions> options, TimeProvider time, ILogger<ProjectDatabases> logger)
    : IAsyncDisposable
{
    private const int PoolSizeMax = 8;
    private const int PlainLengthMax = 40;
    private const int AttemptsMax = 8;
    private const string ConcurrentUpdate = "XX000";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, ProjectDatabase> _databases = new(StringComparer.Ordinal);

    /// <summary>Whether nodes go through a pooler in transaction mode.</summary>
    public bool IsPooled => options.Value.DataPooler.Length > 0;

    /// <summary>Returns the database of a project, made when it is not there; null when the Runner has no password for such roles.</summary>
    public async Task<ProjectDatabase?> GetAsync(string projectId, CancellationToken cancellationToken)
    {
        if (admin is null)
        {
            return null;
        }

        if (options.Value.DataPassword.Length == 0)
        {
            LogNoPassword(RunnerOptions.DataPasswordSetting);
            return null;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_databases.TryGetValue(projectId, out ProjectDatabase? known))
            {
                return known;
            }

            string name = Identifier(projectId);
            string role = $"eq_data_{name}";
            string schema = projectId == "default" ? "data" : $"data_{name}";
            var database = new ProjectDatabase(CreateSource(role, schema), schema);
            await PrepareAsync(database, role, cancellationToken);
            _databases[projectId] = database;
            return database;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Returns how a child process reaches the database of a project that was made already; null when nodes get none.</summary>
    public (string ConnectionString, string Schema)? ConnectionOf(string projectId)
    {
        if (admin is null || options.Value.DataPassword.Length == 0)
        {
            return null;
        }

        string name = Identifier(projectId);
        var builder = new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("easyquant"));
        Address(builder, $"eq_data_{name}");
        return (builder.ConnectionString, projectId == "default" ? "data" : $"data_{name}");
    }

    /// <summary>Lists the schemas of all projects that have a role of their own here, also of those that this Runner has not worked for; none when nodes get no database.</summary>
    public async Task<IReadOnlyList<ProjectSchema>> ListAsync(CancellationToken cancellationToken)
    {
        if (admin is null || options.Value.DataPassword.Length == 0)
        {
            return [];
        }

        await using NpgsqlConnection connection = await admin.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select n.nspname, r.rolname,
                exists(select from pg_class where relnamespace = n.oid and relname = 'eq_effects' and relkind = 'r'),
                exists(select from pg_class where relnamespace = n.oid and relname = 'eq_streams' and relkind = 'r')
            from pg_namespace n join pg_roles r on r.oid = n.nspowner
            where r.rolname like 'eq\_data\_%' and n.nspname = case r.rolname when 'eq_data_default' then 'data' else substr(r.rolname, 4) end
            order by n.nspname
            """,
            connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var schemas = new List<ProjectSchema>();
        while (await reader.ReadAsync(cancellationToken))
        {
            schemas.Add(new ProjectSchema(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3)));
        }

        return schemas;
    }

    /// <summary>Opens a schema as its own role, whose triggers then can do no more than it may. The caller disposes of the source.</summary>
    public NpgsqlDataSource Open(ProjectSchema schema) => CreateSource(schema.Role, schema.Name);

    public async ValueTask DisposeAsync()
    {
        foreach (ProjectDatabase database in _databases.Values)
        {
            await database.DataSource.DisposeAsync();
        }

        _gate.Dispose();
    }

    // Names with other characters get a hash, so that two projects never share a role.
    internal static string Identifier(string projectId)
    {
        string plain = string.Concat(projectId.Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '_'));
        if (plain == projectId && plain.Length <= PlainLengthMax)
        {
            return plain;
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(projectId)))[..10];
        return $"{plain[..Math.Min(plain.Length, PlainLengthMax - 11)]}_{hash}";
    }

    // A run that is the first of its project must not fail because the database is away.
    private async Task PrepareAsync(ProjectDatabase database, string role, CancellationToken cancellationToken)
    {
        try
        {
            await TransientRetry.WaitOutAsync(
                async () =>
                {
                    await EnsureOrRepeatAsync(role, database.Schema, cancellationToken);
                    await database.EnsureEffectTablesAsync(cancellationToken);
                    return true;
                },
                e => LogAway(e, role),
                time,
                cancellationToken);
        }
        catch
        {
            await database.DataSource.DisposeAsync();
            throw;
        }
    }

    // Roles belong to the server, advisory locks to one of its databases: another installation may change the role at the same moment.
    private async Task EnsureOrRepeatAsync(string role, string schema, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await EnsureAsync(role, schema, cancellationToken);
                return;
            }
            catch (PostgresException e) when (attempt < AttemptsMax && e.SqlState is (ConcurrentUpdate or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt), cancellationToken);
            }
        }
    }

    private async Task EnsureAsync(string role, string schema, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await admin!.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "select pg_advisory_xact_lock(4711, 2)", cancellationToken);
        bool exists = await ScalarAsync(connection, "select 1 from pg_roles where rolname = $1", cancellationToken, role) is not null;
        // DDL takes no parameters, and the text of a statement stands in traces and logs: the server puts the verifier in, and sees no password at all.
        string verb = exists ? "alter" : "create";
        await ScalarAsync(connection, "select set_config('easyquant.role', $1, true), set_config('easyquant.verifier', $2, true)", cancellationToken, role, ScramVerifier.Create(options.Value.DataPassword));
        await ExecuteAsync(
            connection,
            $"""
            do $$ begin execute format('{verb} role %I login nosuperuser nocreatedb nocreaterole noreplication password %L',
                current_setting('easyquant.role'), current_setting('easyquant.verifier')); end $$
            """,
            cancellationToken);
        string quotedRole = SqlIdentifier.Quote(role);
        string quotedSchema = SqlIdentifier.Quote(schema);
        await ExecuteAsync(connection, $"grant {quotedRole} to current_user", cancellationToken);
        await ExecuteAsync(connection, $"create schema if not exists {quotedSchema} authorization {quotedRole}", cancellationToken);
        await ExecuteAsync(connection, $"revoke all on schema {quotedSchema} from public", cancellationToken);
        if (IsPooled)
        {
            await SetRoleAsync(connection, quotedRole, quotedSchema, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private NpgsqlDataSource CreateSource(string role, string schema)
    {
        var builder = new NpgsqlDataSourceBuilder(configuration.GetConnectionString("easyquant"));
        Address(builder.ConnectionStringBuilder, role);
        builder.ConnectionStringBuilder.MaxPoolSize = PoolSizeMax;
        if (IsPooled)
        {
            DataSourceDefaults.ApplyPooled(builder, "easyquant-nodes");
        }
        else
        {
            DataSourceDefaults.Apply(builder, "easyquant-nodes", schema);
        }

        return builder.Build();
    }

    private void Address(NpgsqlConnectionStringBuilder builder, string role)
    {
        builder.Username = role;
        builder.Password = options.Value.DataPassword;
        if (IsPooled)
        {
            int colon = options.Value.DataPooler.LastIndexOf(':');
            builder.Host = options.Value.DataPooler[..colon];
            builder.Port = int.Parse(options.Value.DataPooler.AsSpan(colon + 1), CultureInfo.InvariantCulture);
        }
    }

    // A pooler hands sessions around, so what a session needs must come with the role.
    private static async Task SetRoleAsync(NpgsqlConnection connection, string quotedRole, string quotedSchema, CancellationToken cancellationToken)
    {
        foreach ((string name, string value) in new[]
        {
            ("search_path", $"{quotedSchema}, public"),
            ("statement_timeout", Milliseconds(DataSourceDefaults.StatementTimeout)),
            ("lock_timeout", Milliseconds(DataSourceDefaults.LockTimeout)),
            ("idle_in_transaction_session_timeout", Milliseconds(DataSourceDefaults.IdleInTransactionTimeout)),
        })
        {
            await ExecuteAsync(connection, $"alter role {quotedRole} set {name} = {value}", cancellationToken);
        }
    }

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"'{time.TotalMilliseconds:0}ms'");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (string value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken);
    }

    [LoggerMessage(2042, LogLevel.Warning, "The database does not answer; {Role} is prepared when it does.")]
    private partial void LogAway(Exception exception, string role);

    [LoggerMessage(2041, LogLevel.Warning, "{Setting} is not set: nodes get no database.")]
    private partial void LogNoPassword(string setting);
}
