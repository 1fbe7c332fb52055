using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using EasyQuant.LocalServers;

namespace EasyQuant.Testing;

/// <summary>A private pgbouncer of the machine's own binary in transaction mode before a private PostgreSQL: loopback, few server connections. Debian package pgbouncer.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly Process _process;

    private PgBouncer(string directory, Process process, int port)
    {
        _directory = directory;
        _process = process;
        Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="server">Host and port of the PostgreSQL.</param>
    /// <param name="user">The only role that may connect.</param>
    /// <param name="password">Its password.</param>
    /// <param name="serverConnections">Connections to the server for each database and role.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">It ended at once; the message holds its last words.</exception>
    public static async Task<PgBouncer> StartAsync(
        (string Host, int Port) server, string user, string password, int serverConnections, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("eq-bouncer-").FullName;
        int port = FreePorts.Next();
        string users = Path.Combine(directory, "users.txt");
        string settings = Path.Combine(directory, "pgbouncer.ini");
        await File.WriteAllTextAsync(users, $"\"{user}\" \"{password}\"\n", cancellationToken);
        await File.WriteAllTextAsync(
            settings,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                [databases]
                * = host={server.Host} port={server.Port}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = scram-sha-256
                auth_file = {users}
                pool_mode = transaction
                default_pool_size = {serverConnections}
                max_client_conn = 500
                """),
            cancellationToken);
        var start = new ProcessStartInfo("pgbouncer") { RedirectStandardError = true, RedirectStandardOutput = true };
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root.
            File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(users, (UnixFileMode)0b110_100_100);
            start.ArgumentList.Add("-u");
            start.ArgumentList.Add("nobody");
        }

        start.ArgumentList.Add(settings);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("pgbouncer does not start; install the Debian package pgbouncer.");
        var bouncer = new PgBouncer(directory, process, port);
        var words = new Queue<string>();
        process.ErrorDataReceived += (_, line) => Keep(words, line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, cancellationToken);
                return bouncer;
            }
            catch (SocketException) when (!process.HasExited)
            {
                await Task.Delay(50, cancellationToken);
            }
            catch (SocketException e)
            {
                await bouncer.DisposeAsync();
                lock (words)
                {
                    throw new InvalidOperationException($"pgbouncer ended: {string.Join(' ', words)}", e);
                }
            }
        }
    }

    /// <summary>Ends it and deletes its files.</summary>
    public ValueTask DisposeAsync()
    {
        Kill();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static void Keep(Queue<string> words, string? line)
    {
        lock (words)
        {
            words.Enqueue(line ?? "");
            if (words.Count > 20)
            {
                words.Dequeue();
            }
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
            _process.WaitForExit(5_000);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
