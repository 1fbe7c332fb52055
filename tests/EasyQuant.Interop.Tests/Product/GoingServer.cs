using System.Net;
using System.Net.Sockets;

namespace EasyQuant.Interop.Tests.Product;

/// <summary>Greets its first connections with GOAWAY, as a server that stops does, and passes later ones on to a server that serves.</summary>
internal sealed class GoingServer : IAsyncDisposable
{
    // RFC 9113 section 6.8: 8 bytes, type 7, no flags, stream 0; last stream 0, NO_ERROR.
    private static readonly byte[] s_goAway = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _target;
    private readonly int _goingCount;
    private readonly Task _serving;
    private int _connectionCount;

    public GoingServer(Uri target, int goingCount)
    {
        _target = target;
        _goingCount = goingCount;
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int ConnectionCount => Volatile.Read(ref _connectionCount);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                connections.Add(Interlocked.Increment(ref _connectionCount) <= _goingCount ? GoAsync(client) : PassOnAsync(client));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task GoAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            var greeting = new byte[4096];
            await stream.ReadExactlyAsync(greeting.AsMemory(0, 24), _stop.Token);
            await stream.WriteAsync(s_goAway, _stop.Token);
            client.Client.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(greeting, _stop.Token) > 0)
            {
            }
        }
    }

    private async Task PassOnAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream(), _stop.Token), server.GetStream().CopyToAsync(client.GetStream(), _stop.Token));
        }
    }
}
