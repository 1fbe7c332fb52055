using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using EasyQuant.LocalServers;

namespace EasyQuant.Testing;

/// <summary>A private PostgreSQL and RabbitMQ of the machine's own binaries in a temporary directory. Thread-safe.</summary>
public sealed class ServerPair : IAsyncDisposable
{
    private const string DirectoryPrefix = "eq-test-";
    private const string Memory = "/dev/shm";
    private const long MemoryMin = 4L << 30;

    private readonly string _directory;
    private readonly RabbitMqServer _rabbitMq;
    private readonly int _epmdPort = FreePorts.Next();
    private readonly StreamWriter _log;
    private bool _isDisposed;

    private ServerPair(string directory, bool durable, bool isForFaults)
    {
        _directory = directory;
        string password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        Directory.CreateDirectory(directory);
        _log = new StreamWriter(Path.Combine(directory, "servers.log")) { AutoFlush = true };
        int managementPort = FreePorts.Next();
        var postgres = new PostgresServer(new PostgresOptions
        {
            DataDirectory = Path.Combine(directory, "postgres"),
            Port = FreePorts.Next(),
            Password = password,
            Fsync = durable,
            SharedBuffersMiB = 64,
            // Faults come every few seconds here, and each start would otherwise repeat the writes of all tests before it.
            CheckpointInterval = isForFaults ? TimeSpan.FromSeconds(30) : TimeSpan.FromMinutes(5),
        });
        _rabbitMq = new RabbitMqServer(new RabbitMqOptions
        {
            DataDirectory = Path.Combine(directory, "rabbitmq"),
            Port = FreePorts.Next(),
            EpmdPort = _epmdPort,
            DistributionPort = FreePorts.Next(),
            ManagementPort = isForFaults ? null : managementPort,
            HeartbeatSeconds = isForFaults ? 2 : 10,
            Password = password,
        });
        Postgres = new ServerHost(postgres, Log);
        RabbitMq = new ServerHost(_rabbitMq, Log);
        PostgresConnectionString = postgres.ConnectionString("postgres");
        ManagementUri = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{managementPort}/"));
    }

    /// <summary>The database: <c>KillAsync</c> crashes it, <c>StopAsync</c> stops it, <c>StartAsync</c> starts it again on the same port and data.</summary>
    public ServerHost Postgres { get; }

    /// <summary>The broker: <c>KillAsync</c> crashes it, <c>StopAsync</c> stops it, <c>StartAsync</c> starts it again on the same port and data.</summary>
    public ServerHost RabbitMq { get; }

    /// <summary>Connection string of the superuser, database <c>postgres</c>.</summary>
    public string PostgresConnectionString { get; }

    /// <summary>Address of the default virtual host with the administrator's credentials.</summary>
    public string RabbitMqUri => _rabbitMq.Uri;

    /// <summary>Address of the management API.</summary>
    public Uri ManagementUri { get; }

    /// <summary>Starts both side by side.</summary>
    /// <param name="durable">True keeps fsync on, as fault tests must.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="isForFaults">
    /// A pair that is killed and started all the time: the files in memory where there is room, which a kill leaves as it leaves a disk's cache; a broker without its
    /// management API and with short heartbeats.
    /// </param>
    public static async Task<ServerPair> StartAsync(bool durable, CancellationToken cancellationToken, bool isForFaults = false)
    {
        DeleteAbandoned();
        string name = string.Create(
            CultureInfo.InvariantCulture, $"{DirectoryPrefix}{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
        var pair = new ServerPair(Path.Combine(isForFaults ? FastFolder() : Path.GetTempPath(), name), durable, isForFaults);
        // The runner may end the process without disposing what is shared.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => pair.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(40));
        try
        {
            await Task.WhenAll(pair.Postgres.StartAsync(cancellationToken), pair.RabbitMq.StartAsync(cancellationToken));
            return pair;
        }
        catch (Exception exception)
        {
            string log = pair.LogTail();
            await pair.DisposeAsync();
            throw new InvalidOperationException($"The test servers did not start: {exception.Message}\n{log}", exception);
        }
    }

    /// <summary>Evaluates an Erlang expression in the broker, as <c>rabbitmqctl eval</c> does, without starting an Erlang of its own for it: by <c>erl_call</c>, which comes with Erlang.</summary>
    /// <param name="expression">The expression, without the full stop at its end.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="InvalidOperationException">It failed; with what was said.</exception>
    public async Task EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        string cookie = await File.ReadAllTextAsync(Path.Combine(_directory, "rabbitmq", "home", ".erlang.cookie"), cancellationToken);
        var start = new ProcessStartInfo("erl_call", ["-c", cookie, "-n", "rabbit@localhost", "-e"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ERL_EPMD_PORT"] = _epmdPort.ToString(CultureInfo.InvariantCulture);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.StandardInput.WriteAsync($"{expression}.\n".AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0 || !(await output).StartsWith("{ok", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"{expression}: {await output}{await errors}");
        }
    }

    /// <summary>Stops both and deletes their data.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_log)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        // Nothing is kept, so the broker needs no orderly end, which takes it seconds.
        await RabbitMq.KillAsync();
        await Task.WhenAll(Postgres.StopAsync(), RabbitMq.StopAsync());
        await _log.DisposeAsync();
        DeleteTree(_directory);
    }

    /// <summary>Folder in memory where it has room for a pair of servers and some files, otherwise the temporary one.</summary>
    public static string FastFolder() => Directory.Exists(Memory) && new DriveInfo(Memory).AvailableFreeSpace > MemoryMin ? Memory : Path.GetTempPath();

    private void Log(string line, bool isError)
    {
        lock (_log)
        {
            if (!_isDisposed)
            {
                _log.WriteLine(line);
            }
        }
    }

    private string LogTail()
    {
        lock (_log)
        {
            _log.Flush();
        }

        return string.Join('\n', File.ReadLines(Path.Combine(_directory, "servers.log")).TakeLast(30));
    }

    /// <summary>Deletes the directories of test processes that were killed.</summary>
    private static void DeleteAbandoned()
    {
        string[] folders = Directory.Exists(Memory) ? [Path.GetTempPath(), Memory] : [Path.GetTempPath()];
        foreach (string path in folders.SelectMany(folder => Directory.GetDirectories(folder, DirectoryPrefix + "*")))
        {
            string[] parts = Path.GetFileName(path).Split('-');
            if (parts.Length == 4 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && !Directory.Exists($"/proc/{pid}"))
            {
                DeleteTree(path);
            }
        }
    }

    private static void DeleteTree(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process deletes it too, or a dying server still writes; the next start tries again.
        }
    }
}
