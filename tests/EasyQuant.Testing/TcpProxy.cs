using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EasyQuant.Testing;

/// <summary>Stands between clients and a server on 127.0.0.1 and does what its rules say; the rules may change at any moment. Thread-safe.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly int _upstreamPort;
    private readonly Random _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly Task _accepting;
    private volatile ProxyRules _rules = new();
    private int _cutCount;
    private long _swallowedByteCount;

    private TcpProxy(int port, int upstreamPort, int seed)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _upstreamPort = upstreamPort;
        _random = new Random(seed);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>Port that clients connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What happens to the bytes.</summary>
    public ProxyRules Rules { get => _rules; set => _rules = value; }

    /// <summary>Connections that are open.</summary>
    public int LinkCount => _links.Count;

    /// <summary>Requests whose reply was cut off so far.</summary>
    public int CutCount => _cutCount;

    /// <summary>Bytes that were swallowed so far.</summary>
    public long SwallowedByteCount => Interlocked.Read(ref _swallowedByteCount);

    /// <summary>Starts a proxy.</summary>
    /// <param name="upstreamPort">Port of the server.</param>
    /// <param name="seed">Seed of what is left to chance.</param>
    /// <param name="port">Port to listen on; 0 for any.</param>
    public static TcpProxy Start(int upstreamPort, int seed, int port = 0) => new(port, upstreamPort, seed);

    /// <summary>Resets every open connection; new ones may come.</summary>
    public void ResetAll()
    {
        foreach (Link link in _links.Keys)
        {
            link.Reset();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        ResetAll();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stopping.Token));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // Stopped, or a client that left before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var link = new Link(client, server);
        try
        {
            if (Rules.Refuses)
            {
                return;
            }

            await server.ConnectAsync(IPAddress.Loopback, _upstreamPort, _stopping.Token);
            _links.TryAdd(link, true);
            await Task.WhenAny(PumpAsync(link, client, server, isRequest: true), PumpAsync(link, server, client, isRequest: false));
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is not there: neither is the connection.
        }
        finally
        {
            link.Reset();
            _links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, bool isRequest)
    {
        byte[] buffer = new byte[64 * 1024];
        bool isSilent = false;
        try
        {
            while (true)
            {
                int count = await from.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token);
                if (count == 0)
                {
                    return;
                }

                ProxyRules rules = Rules;
                if (!isRequest && link.IsCut)
                {
                    Interlocked.Increment(ref _cutCount);
                    return;
                }

                if (isRequest && MustCut(rules, buffer.AsSpan(0, count)))
                {
                    link.IsCut = true;
                }

                // A connection never goes on with a gap: what was silent once stays so until somebody gives it up.
                isSilent |= isRequest ? rules.SwallowsRequests : rules.SwallowsReplies;
                if (isSilent)
                {
                    Interlocked.Add(ref _swallowedByteCount, count);
                    continue;
                }

                TimeSpan wait = rules.Delay + (rules.BytesPerSecond > 0 ? TimeSpan.FromSeconds((double)count / rules.BytesPerSecond) : TimeSpan.Zero);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, _stopping.Token);
                }

                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, _stopping.Token);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: the link ends.
        }
    }

    private bool MustCut(ProxyRules rules, ReadOnlySpan<byte> request)
    {
        if (rules.CutAfter.IsEmpty || request.IndexOf(rules.CutAfter.Span) < 0)
        {
            return false;
        }

        lock (_random)
        {
            return _random.NextDouble() < rules.CutShare;
        }
    }

    private sealed class Link(Socket client, Socket server)
    {
        private volatile bool _isCut;

        public bool IsCut { get => _isCut; set => _isCut = value; }

        // Closing without lingering sends a reset instead of an orderly end.
        public void Reset()
        {
            foreach (Socket socket in new[] { client, server })
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
                {
                    // Closed already.
                }

                socket.Dispose();
            }
        }
    }
}
