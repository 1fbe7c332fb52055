using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace EasyQuant.Persistence;

/// <summary>The settings that every data source of the platform has: bounds on every wait, on both sides of the connection.</summary>
public static class DataSourceDefaults
{
    /// <summary>Longest time that the server works on one statement: 10 s.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that a statement waits for a lock: 5 s.</summary>
    public static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Longest time that a session may sit idle inside a transaction before the server ends it: 10 s.</summary>
    public static readonly TimeSpan IdleInTransactionTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Connections a pool may open: 24.</summary>
    public const int PoolSizeMax = 24;

    private const int ConnectSecondsMax = 10;
    private const int CommandSecondsMax = 15;
    private const int CancellationMillisecondsMax = 2000;

    /// <summary>Applies the defaults without naming an application or a schema.</summary>
    /// <param name="builder">The data source to be; changed in place.</param>
    public static void Apply(NpgsqlDataSourceBuilder builder) => Apply(builder, null, null);

    /// <summary>
    /// Applies the defaults: server-side time-outs, a pool of at most <see cref="PoolSizeMax"/> connections, automatic
    /// preparation of repeated statements, TCP keep-alive, spans only for statements that belong to a trace. A smaller pool, a shorter time of connecting (at most 10 s), of a command (at most
    /// 15 s, answer included) and of its cancellation (at most 2 s) in the connection string are kept; its <c>Options</c>
    /// win over these, for an operator who must have other server-side time-outs.
    /// </summary>
    /// <param name="builder">The data source to be; changed in place.</param>
    /// <param name="applicationName">Name that the server shows for the sessions; null keeps what the connection string says.</param>
    /// <param name="schema">First schema of the search path; null keeps the server's.</param>
    /// <exception cref="ArgumentException">The schema is not an identifier, see <see cref="SqlIdentifier"/>.</exception>
    public static void Apply(NpgsqlDataSourceBuilder builder, string? applicationName, string? schema)
    {
        ArgumentNullException.ThrowIfNull(builder);
        NpgsqlConnectionStringBuilder settings = builder.ConnectionStringBuilder;
        settings.MaxPoolSize = Math.Min(settings.MaxPoolSize, PoolSizeMax);
        settings.Timeout = settings.Timeout is > 0 and < ConnectSecondsMax ? settings.Timeout : ConnectSecondsMax;
        settings.CommandTimeout = settings.CommandTimeout is > 0 and < CommandSecondsMax ? settings.CommandTimeout : CommandSecondsMax;
        settings.CancellationTimeout = settings.CancellationTimeout is > 0 and < CancellationMillisecondsMax ? settings.CancellationTimeout : CancellationMillisecondsMax;
        settings.KeepAlive = 15;
        settings.MaxAutoPrepare = 64;
        settings.AutoPrepareMinUsages = 2;
        settings.IncludeErrorDetail = false;
        // Nothing here leaves state in a session, so the reset between two renters would be a wasted statement.
        settings.NoResetOnClose = true;
        // Workers that look at their tables several times a second would fill the dashboard with traces of one span each.
        builder.ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null));
        if (applicationName is not null)
        {
            settings.ApplicationName = applicationName;
        }

        string options = string.Create(
            CultureInfo.InvariantCulture,
            $"-c statement_timeout={StatementTimeout.TotalMilliseconds} -c lock_timeout={LockTimeout.TotalMilliseconds} -c idle_in_transaction_session_timeout={IdleInTransactionTimeout.TotalMilliseconds}");
        if (schema is not null)
        {
            options += $" -c search_path={SqlIdentifier.Validate(schema)},public";
        }

        // The server takes the last.
        settings.Options = string.IsNullOrEmpty(settings.Options) ? options : $"{options} {settings.Options}";
    }

    /// <summary>
    /// Applies the defaults for connections through pgbouncer in transaction mode, where two transactions of one client may run in two sessions: nothing is prepared
    /// and nothing is set for a session. Time-outs and search path must be settings of the role.
    /// </summary>
    /// <param name="builder">The data source to be; changed in place.</param>
    /// <param name="applicationName">Name that the server shows for the sessions.</param>
    public static void ApplyPooled(NpgsqlDataSourceBuilder builder, string applicationName)
    {
        Apply(builder, applicationName, null);
        builder.ConnectionStringBuilder.MaxAutoPrepare = 0;
        builder.ConnectionStringBuilder.Options = null;
    }

    /// <summary>
    /// Keeps the planner to indexes and nested loops. For a service whose every statement finds its rows by index: the tables of queues and leases
    /// change faster than their statistics, and a plan made when most rows waited would read whole tables for ever after. Statements are not compiled:
    /// the planner gives what it is kept from so high a price that the server would spend half a second of processor time on each that has no other way.
    /// </summary>
    /// <param name="builder">The data source to be, after <see cref="Apply(NpgsqlDataSourceBuilder)"/>; changed in place.</param>
    public static void PreferIndexes(NpgsqlDataSourceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ConnectionStringBuilder.Options += " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";
    }
}
