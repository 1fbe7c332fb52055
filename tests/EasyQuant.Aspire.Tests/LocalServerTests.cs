using System.Net;
using System.Net.Sockets;
using System.Text;
using EasyQuant.LocalServers;
using EasyQuant.Testing;
using Npgsql;
using RabbitMQ.Client;

namespace EasyQuant.Aspire.Tests;

public sealed class LocalServerTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(6);

    [Fact]
    public async Task Servers_KilledAndStarted_KeepWhatWasWritten()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        await using TestServers servers = await TestServers.StartOwnAsync(durable: true, deadline.Token);
        string database = await servers.CreateDatabaseAsync(deadline.Token);
        string virtualHost = await servers.CreateVirtualHostAsync(deadline.Token);
        await ExecuteAsync(database, "CREATE TABLE kept AS SELECT 42 AS answer", deadline.Token);
        await PublishAsync(virtualHost, deadline.Token);

        // RabbitMQ 3.10 writes the names of new quorum queues half a second later; a queue killed before that never finds its leader again.
        await Task.Delay(TimeSpan.FromSeconds(1), deadline.Token);
        await Task.WhenAll(servers.Own.Postgres.KillAsync(), servers.Own.RabbitMq.KillAsync());
        await Task.WhenAll(servers.Own.Postgres.StartAsync(deadline.Token), servers.Own.RabbitMq.StartAsync(deadline.Token));

        Assert.Equal(42, await ExecuteAsync(database, "SELECT answer FROM kept", deadline.Token));
        Assert.Equal("kept", await GetAsync(virtualHost, deadline.Token));
    }

    [Fact]
    public async Task Redis_KilledAndStarted_KeepsItsDataAndAsksForThePassword()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        string directory = Directory.CreateTempSubdirectory("eq-redis-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        var server = new RedisServer(new RedisOptions { DataDirectory = Path.Combine(directory, "redis"), Port = FreePorts.Next(), Password = "a-password" });
        try
        {
            await using var host = new ServerHost(server, (_, _) => { });
            await host.StartAsync(deadline.Token);
            Assert.Equal(["-NOAUTH Authentication required."], await AskAsync(server.Port, ["GET kept"], deadline.Token));
            Assert.Equal(["+OK", "+OK"], await AskAsync(server.Port, ["AUTH a-password", "SET kept 42"], deadline.Token));
            await UntilWrittenAsync(Path.Combine(directory, "redis"), deadline.Token);

            await host.KillAsync();
            await host.StartAsync(deadline.Token);

            Assert.Equal(["+OK", "$2", "42"], await AskAsync(server.Port, ["AUTH a-password", "GET kept"], deadline.Token));
            Assert.Null(await server.ProbeAsync(deadline.Token));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Redis_PortIsTaken_StartFailsWithWhatTheServerSaid()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        string directory = Directory.CreateTempSubdirectory("eq-redis-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var server = new RedisServer(new RedisOptions { DataDirectory = Path.Combine(directory, "redis"), Port = port, Password = "a-password" });
        try
        {
            await using var host = new ServerHost(server, (_, _) => { }) { StartTimeout = TimeSpan.FromSeconds(2) };

            var error = await Assert.ThrowsAsync<TimeoutException>(() => host.StartAsync(deadline.Token));

            Assert.Contains("Address already in use", error.Message, StringComparison.Ordinal);
            Assert.Empty(host.ProcessIds);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Host_ServerSaysThatItIsBroken_IsStartedAgainOnce()
    {
        using var deadline = new CancellationTokenSource(s_limit);
        string directory = Directory.CreateTempSubdirectory("eq-broken-").FullName;
        try
        {
            await using var host = new ServerHost(new BreakingServer(directory), (_, _) => { });
            await host.StartAsync(deadline.Token);
            int? first = host.ProcessId;
            await File.WriteAllTextAsync(Path.Combine(directory, "break"), "", deadline.Token);

            while (host.ProcessId is null || host.ProcessId == first)
            {
                await Task.Delay(20, deadline.Token);
            }

            int? second = host.ProcessId;
            // It waits for a restart that is under way, and leaves a server that runs alone.
            await host.StartAsync(deadline.Token);
            Assert.Equal(second, host.ProcessId);
            Assert.Equal(["x", "x"], await File.ReadAllLinesAsync(Path.Combine(directory, "starts"), deadline.Token));
            await host.StopAsync();
            Assert.Empty(host.ProcessIds);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("2026-11-30 14:54:41.315669+00:00 [error] <0.845.0> ** Generic server ra_log_segment_writer terminating", true)]
    [InlineData("2026-11-30 14:54:40.529896+00:00 [warning] <0.4185.0> segment_writer: skipping segment as directory /x does not exist", false)]
    [InlineData("2026-11-30 14:54:41.241518+00:00 [notice] <0.4035.0> queue 'q' in vhost '/': terminating with reason 'delete'", false)]
    public void RabbitMq_LosesTheLogOfItsQueues_IsBroken(string line, bool isBroken)
    {
        ILocalServer server = new RabbitMqServer(new RabbitMqOptions { DataDirectory = "/nonexistent", Port = 1, EpmdPort = 2, DistributionPort = 3, Password = "x" });

        Assert.Equal(isBroken, server.IsBroken(line));
    }

    [Theory]
    [InlineData("<0.1031.0>", true)]
    [InlineData("<0.1814.0>", false)]
    public void RabbitMq_GivesUpItsDeadLetters_IsBroken(string whoGaveUp, bool isBroken)
    {
        ILocalServer server = new RabbitMqServer(new RabbitMqOptions { DataDirectory = "/nonexistent", Port = 1, EpmdPort = 2, DistributionPort = 3, Password = "x" });
        string[] before =
        [
            "2026-11-30 21:54:32.136275+00:00 [error] <0.1031.0>     supervisor: {local,rabbit_fifo_dlx_sup}",
            "2026-11-30 21:54:32.136275+00:00 [error] <0.1031.0>     errorContext: child_terminated",
            "2026-11-30 21:54:32.136910+00:00 [error] <0.1814.0>     supervisor: {<0.1814.0>,rabbit_channel_sup}",
            "no process at all",
        ];

        Assert.All(before, line => Assert.False(server.IsBroken(line)));
        Assert.Equal(isBroken, server.IsBroken($"2026-11-30 21:54:32.137289+00:00 [error] {whoGaveUp}     reason: reached_max_restart_intensity"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nrequirepass none")]
    public void Redis_PasswordThatBreaksItsSettings_Refused(string password) => Assert.Throws<ArgumentException>(
        () => new RedisServer(new RedisOptions { DataDirectory = "/nonexistent", Port = 1, Password = password }));

    private static async Task<object?> ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task PublishAsync(string uri, CancellationToken cancellationToken)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await channel.QueueDeclareAsync(
            "q", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: cancellationToken);
        await channel.BasicPublishAsync(
            "", "q", mandatory: true, new BasicProperties { Persistent = true }, "kept"u8.ToArray(), CancellationToken.None);
    }

    private static async Task<string?> GetAsync(string uri, CancellationToken cancellationToken)
    {
        await using IConnection connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync(cancellationToken);
        await using IChannel channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        BasicGetResult? message = await channel.BasicGetAsync("q", autoAck: true, cancellationToken);
        return message is null ? null : Encoding.UTF8.GetString(message.Body.Span);
    }

    // The append-only file gets a command before its answer leaves; the kill takes nothing that the system has.
    private static async Task UntilWrittenAsync(string directory, CancellationToken cancellationToken)
    {
        while (!Directory.EnumerateFiles(directory, "*.aof", SearchOption.AllDirectories).Any(file => File.ReadAllText(file).Contains("kept", StringComparison.Ordinal)))
        {
            await Task.Delay(50, cancellationToken);
        }
    }

    // Sends the commands and reads what comes until the server has answered all of them and closed.
    private static async Task<string[]> AskAsync(int port, string[] commands, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", commands) + "\r\n"), cancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return (await reader.ReadToEndAsync(cancellationToken)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    // Notes each start, and says that it is broken when it finds a file, which it takes away.
    private sealed class BreakingServer(string directory) : ILocalServer
    {
        public string Name => "breaking";

        public int Port => 1;

        public Task PrepareAsync(Action<string, bool> onLine, CancellationToken cancellationToken) => Task.CompletedTask;

        public (ProcessSpec Process, int Port)? Companion() => null;

        public ProcessSpec Process() => new()
        {
            FileName = "/bin/sh",
            Arguments = ["-c", "echo x >> starts; while :; do if [ -e break ]; then rm break; echo broken; echo broken; fi; sleep 0.05; done"],
            WorkingDirectory = directory,
        };

        public Task<string?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(File.Exists(Path.Combine(directory, "starts")) ? null : "not yet");

        public bool IsBroken(string line) => line == "broken";
    }
}
