using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using EasyQuant.LocalServers;
using Xunit;

namespace EasyQuant.Testing;

/// <summary>xunit fixture with a private redis-server of the machine's own binary: loopback, a password, nothing on disk. Debian package redis-server.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("eq-redis-").FullName;
    private Process? _process;

    /// <summary>Connection string of StackExchange.Redis.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        int port = FreePorts.Next();
        string password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = _directory };
        // The password comes by standard input: arguments can be seen by every account of the machine.
        start.ArgumentList.Add("-");
        _process = Process.Start(start) ?? throw new InvalidOperationException("redis-server does not start; install the Debian package redis-server.");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
        await _process.StandardInput.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave \"\"\nappendonly no\ndir {_directory}\n"));
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        ConnectionString = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},password={password}");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", port, deadline.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(50, deadline.Token);
            }
        }
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Kill();
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private void Kill()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            process.Kill();
            process.WaitForExit(5000);
            process.Dispose();
        }
    }
}
