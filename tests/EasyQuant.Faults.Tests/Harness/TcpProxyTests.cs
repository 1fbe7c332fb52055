using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EasyQuant.Testing;

namespace EasyQuant.Faults.Harness;

/// <summary>The proxy in front of a server that echoes.</summary>
public sealed class TcpProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _deadline = new(s_deadline);
    private readonly List<byte> _received = [];
    private TcpProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _server.Start();
        _ = EchoAsync();
        _proxy = TcpProxy.Start(((IPEndPoint)_server.LocalEndpoint).Port, seed: 7);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Stop();
        _deadline.Dispose();
    }

    [Fact]
    public async Task Rules_None_PassEverything()
    {
        using TcpClient client = await ConnectAsync();
        Assert.Equal("hello", await AskAsync(client, "hello"));
        Assert.Equal(1, _proxy.LinkCount);
    }

    [Fact]
    public async Task DelayAndThrottle_Bytes_TakeAtLeastTheirTime()
    {
        using TcpClient client = await ConnectAsync();
        var watch = Stopwatch.StartNew();
        _proxy.Rules = new ProxyRules { Delay = TimeSpan.FromMilliseconds(40) };
        Assert.Equal("slow", await AskAsync(client, "slow"));
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(60), $"{watch.Elapsed}");
        watch.Restart();
        _proxy.Rules = new ProxyRules { BytesPerSecond = 10_000 };
        string text = new('x', 1_000);
        Assert.Equal(text, await AskAsync(client, text));
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(150), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task SwallowsRequests_OpenConnection_StaysOpenAndServerSeesNothing()
    {
        using TcpClient client = await ConnectAsync();
        Assert.Equal("before", await AskAsync(client, "before"));
        _proxy.Rules = new ProxyRules { SwallowsRequests = true };
        await client.GetStream().WriteAsync("lost"u8.ToArray(), _deadline.Token);
        while (_proxy.SwallowedByteCount < 4)
        {
            await Task.Delay(5, _deadline.Token);
        }

        Assert.Equal(1, _proxy.LinkCount);
        _proxy.Rules = new ProxyRules();
        using TcpClient second = await ConnectAsync();
        Assert.Equal("after", await AskAsync(second, "after"));
        Assert.DoesNotContain("lost", Received(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CutAfter_Pattern_ReachesTheServerAndResetsTheClient()
    {
        using TcpClient client = await ConnectAsync();
        _proxy.Rules = new ProxyRules { CutAfter = "COMMIT\0"u8.ToArray() };
        Assert.Equal("READ COMMITTED\0", await AskAsync(client, "READ COMMITTED\0"));
        await Assert.ThrowsAsync<IOException>(() => AskAsync(client, "COMMIT\0"));
        Assert.EndsWith("COMMIT\0", Received(), StringComparison.Ordinal);
        Assert.Equal(1, _proxy.CutCount);
    }

    [Fact]
    public async Task ResetAndRefuse_OpenAndNewConnection_BreakAtOnce()
    {
        using TcpClient client = await ConnectAsync();
        Assert.Equal("x", await AskAsync(client, "x"));
        _proxy.ResetAll();
        await Assert.ThrowsAsync<IOException>(() => AskAsync(client, "y"));
        _proxy.Rules = new ProxyRules { Refuses = true };
        Exception refused = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using TcpClient late = await ConnectAsync();
            await AskAsync(late, "z");
        });
        Assert.True(refused is IOException or SocketException, $"{refused}");
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port, _deadline.Token);
        return client;
    }

    private async Task<string> AskAsync(TcpClient client, string text)
    {
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), _deadline.Token);
        byte[] answer = new byte[text.Length];
        await stream.ReadExactlyAsync(answer, _deadline.Token);
        return System.Text.Encoding.ASCII.GetString(answer);
    }

    private string Received()
    {
        lock (_received)
        {
            return System.Text.Encoding.ASCII.GetString([.. _received]);
        }
    }

    private async Task EchoAsync()
    {
        try
        {
            while (true)
            {
                _ = EchoAsync(await _server.AcceptSocketAsync(_deadline.Token));
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task EchoAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer, SocketFlags.None, _deadline.Token)) > 0)
            {
                lock (_received)
                {
                    _received.AddRange(buffer.AsSpan(0, count));
                }

                await socket.SendAsync(buffer.AsMemory(0, count), SocketFlags.None, _deadline.Token);
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone.
        }
    }
}
