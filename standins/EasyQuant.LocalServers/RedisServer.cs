using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EasyQuant.LocalServers;

/// <summary>
/// The machine's Redis as a private server: 127.0.0.1 only, with a password, everything written to its append-only file within a second, and full
/// rather than forgetful. Thread-safe.
/// </summary>
public sealed class RedisServer : ILocalServer
{
    private readonly RedisOptions _options;
    private readonly UnixUser? _user;

    /// <summary>Creates a server that is not yet started.</summary>
    /// <param name="options">Its settings.</param>
    /// <exception cref="ArgumentException">The password cannot stand in a configuration file.</exception>
    /// <exception cref="InvalidOperationException">This process is root and there is no account to run the server as.</exception>
    public RedisServer(RedisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Password.Length == 0 || options.Password.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\'))
        {
            throw new ArgumentException("The password of Redis may have neither white space nor quotes nor backslashes, and not be empty.", nameof(options));
        }

        _options = options;
        _user = UnixUser.ToRunAs("redis", "nobody");
    }

    /// <inheritdoc/>
    public string Name => "redis";

    /// <inheritdoc/>
    public int Port => _options.Port;

    /// <inheritdoc/>
    public Task PrepareAsync(Action<string, bool> onLine, CancellationToken cancellationToken)
    {
        _ = _options.Programs.RedisServer();
        PrivateDirectory.Create(_options.DataDirectory, _user);
        // In a file of its owner: arguments can be seen by every account of the machine.
        PrivateDirectory.WriteFile(
            PathOf("redis.conf"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                bind 127.0.0.1
                port {_options.Port}
                requirepass {_options.Password}
                dir {_options.DataDirectory}
                appendonly yes
                appendfsync everysec
                save ""
                maxmemory-policy noeviction
                daemonize no

                """),
            _user);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public (ProcessSpec Process, int Port)? Companion() => null;

    /// <inheritdoc/>
    public ProcessSpec Process() => new()
    {
        FileName = _options.Programs.RedisServer(),
        Arguments = [PathOf("redis.conf")],
        WorkingDirectory = _options.DataDirectory,
        User = _user,
        StopTimeout = TimeSpan.FromSeconds(30),
    };

    /// <inheritdoc/>
    public async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _options.Port, timeout.Token);
            await using NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH {_options.Password}\r\nPING\r\n"), timeout.Token);
            string? first = await reader.ReadLineAsync(timeout.Token);
            string? second = await reader.ReadLineAsync(timeout.Token);
            return (first, second) == ("+OK", "+PONG") ? null : $"The server answered '{first}' and '{second}'.";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "The server did not answer within 5 s.";
        }
    }

    private string PathOf(string name) => Path.Combine(_options.DataDirectory, name);
}
