using System.Globalization;
using Npgsql;

namespace EasyQuant.LocalServers;

/// <summary>The machine's PostgreSQL on a private cluster: 127.0.0.1 only, no socket file, scram passwords. Thread-safe.</summary>
public sealed class PostgresServer : ILocalServer
{
    private static readonly TimeSpan s_initTimeout = TimeSpan.FromMinutes(2);

    private readonly PostgresOptions _options;
    private readonly UnixUser? _user;
    private readonly string _cluster;
    private string? _programs;

    /// <summary>Creates a server that is not yet started.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="InvalidOperationException">This process is root and there is no account to run the server as.</exception>
    public PostgresServer(PostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _user = UnixUser.ToRunAs("postgres", "nobody");
        _cluster = Path.Combine(options.DataDirectory, "cluster");
    }

    /// <inheritdoc/>
    public string Name => "postgres";

    /// <inheritdoc/>
    public int Port => _options.Port;

    /// <summary>Returns the connection string of the superuser.</summary>
    /// <param name="database">Database; null leaves it out of the string.</param>
    /// <returns>A string for Npgsql.</returns>
    public string ConnectionString(string? database)
    {
        string server = string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_options.Port};Username={_options.UserName};Password={_options.Password}");
        return database is null ? server : $"{server};Database={database}";
    }

    /// <inheritdoc/>
    public async Task PrepareAsync(Action<string, bool> onLine, CancellationToken cancellationToken)
    {
        PrivateDirectory.Create(_options.DataDirectory, _user);
        string versionFile = Path.Combine(_cluster, "PG_VERSION");
        if (File.Exists(versionFile))
        {
            string version = (await File.ReadAllTextAsync(versionFile, cancellationToken)).Trim();
            _programs = _options.Programs.PostgresDirectory(int.Parse(version, CultureInfo.InvariantCulture));
            return;
        }

        _programs = _options.Programs.PostgresDirectory(null);
        if (Directory.Exists(_cluster))
        {
            Directory.Delete(_cluster, recursive: true); // An initdb that was interrupted.
        }

        await InitializeAsync(_programs, onLine, cancellationToken);
    }

    /// <inheritdoc/>
    public (ProcessSpec Process, int Port)? Companion() => null;

    /// <inheritdoc/>
    public ProcessSpec Process()
    {
        string onOff = _options.Fsync ? "on" : "off";
        return new ProcessSpec
        {
            FileName = Path.Combine(_programs ?? throw new InvalidOperationException("PrepareAsync comes before Process."), "postgres"),
            Arguments =
            [
                "-D", _cluster,
                "-p", _options.Port.ToString(CultureInfo.InvariantCulture),
                "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=",
                "-c", string.Create(CultureInfo.InvariantCulture, $"max_connections={_options.ConnectionsMax}"),
                "-c", string.Create(CultureInfo.InvariantCulture, $"shared_buffers={_options.SharedBuffersMiB}MB"),
                "-c", $"fsync={onOff}",
                "-c", $"synchronous_commit={onOff}",
                "-c", $"full_page_writes={onOff}",
                "-c", "password_encryption=scram-sha-256",
                "-c", "log_destination=stderr",
                "-c", "logging_collector=off",
                "-c", "max_wal_size=2GB",
                "-c", string.Create(CultureInfo.InvariantCulture, $"checkpoint_timeout={_options.CheckpointInterval.TotalSeconds:0}s"),
                "-c", "timezone=UTC",
            ],
            Environment = CleanEnvironment(),
            WorkingDirectory = _options.DataDirectory,
            User = _user,
            // Fast shutdown: sessions are ended, a checkpoint is written.
            StopSignal = UnixSignal.Int,
            ParentDeathSignal = UnixSignal.Int,
            StopTimeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <inheritdoc/>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false;Timeout=5;Command Timeout=5");
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return exception.Message;
        }
    }

    /// <summary>Creates a database unless it exists.</summary>
    /// <param name="database">Name of the database, any characters.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that completes when the database is there.</returns>
    public async Task CreateDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateDatabase)
        {
        }
    }

    private async Task InitializeAsync(string programs, Action<string, bool> onLine, CancellationToken cancellationToken)
    {
        string passwordFile = Path.Combine(_options.DataDirectory, "password");
        string draft = _cluster + ".new";
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }

        PrivateDirectory.WriteFile(passwordFile, _options.Password, _user);
        try
        {
            ChildProcess process = await ChildProcess.StartAsync(
                new ProcessSpec
                {
                    FileName = Path.Combine(programs, "initdb"),
                    Arguments =
                    [
                        "-D", draft, "-U", _options.UserName, "--pwfile=" + passwordFile, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8",
                        .. _options.Fsync ? Array.Empty<string>() : ["--no-sync"],
                    ],
                    Environment = CleanEnvironment(),
                    WorkingDirectory = _options.DataDirectory,
                    User = _user,
                },
                onLine);
            int exitCode;
            try
            {
                exitCode = await process.Exited.WaitAsync(s_initTimeout, cancellationToken);
            }
            catch
            {
                await process.KillAsync();
                throw;
            }

            if (exitCode != 0)
            {
                throw new InvalidOperationException($"initdb failed with exit code {exitCode} for '{draft}'; its output has the reason.");
            }

            // A cluster exists whole or not at all.
            Directory.Move(draft, _cluster);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    // A PGPORT or PGDATA of the user's shell must not reach a private server.
    private static Dictionary<string, string?> CleanEnvironment() =>
        Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);
}
