using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Samples.Orders;

/// <summary>
/// A broker for the workflow <c>order-targets</c>: it wants a bearer token and takes an order once for each <c>Idempotency-Key</c>. <c>GET /account</c>,
/// <c>/positions</c>, <c>/prices</c> and <c>/targets</c> (what a strategy wants to hold) are the same each time; <c>POST /orders</c> takes an order. The first answer
/// to some orders is lost, as it happens: the order is taken and 503 is answered. Nothing is executed. Listens on the loopback address only. Thread-safe.
/// </summary>
public sealed class BrokerServer : IAsyncDisposable
{
    private const int BodyBytesMax = 64 * 1024;
    private const int PortsTriedMax = 5;

    private static readonly Dictionary<string, string> s_pages = new(StringComparer.Ordinal)
    {
        ["/account"] = """{"cash":"500000.00"}""",
        ["/positions"] = """[{"symbol":"600000.SH","quantity":20000,"sellable_quantity":20000},{"symbol":"000001.SZ","quantity":10000,"sellable_quantity":10000}]""",
        ["/prices"] = """[{"symbol":"600000.SH","price":10.5},{"symbol":"000001.SZ","price":8.2},{"symbol":"600519.SH","price":1500},{"symbol":"300750.SZ","price":200}]""",
        ["/targets"] = """[{"symbol":"600000.SH","weight":0.1},{"symbol":"600519.SH","weight":0.4},{"symbol":"300750.SZ","weight":0.3}]""",
    };

    private readonly BrokerOptions _options;
    private readonly HttpListener _listener;
    private readonly Lock _gate = new();
    private readonly List<BrokerOrder> _orders = [];
    private readonly Task _serving;
    private int _refused;
    private int _lost;
    private int _repeated;

    private BrokerServer(BrokerOptions options)
    {
        _options = options;
        (_listener, Address) = Listen(options.Port);
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The orders that it took, in order.</summary>
    public IReadOnlyList<BrokerOrder> Orders
    {
        get
        {
            lock (_gate)
            {
                return [.. _orders];
            }
        }
    }

    /// <summary>Requests without the token.</summary>
    public int RefusedCount => Volatile.Read(ref _refused);

    /// <summary>Orders that were taken and answered with 503.</summary>
    public int LostCount => Volatile.Read(ref _lost);

    /// <summary>Orders that came again under their key and were answered as the first time.</summary>
    public int RepeatedCount => Volatile.Read(ref _repeated);

    /// <summary>Starts it.</summary>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="HttpListenerException">The port is taken.</exception>
    public static BrokerServer Start(BrokerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Token.Length, 8, nameof(options));
        return new BrokerServer(options);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private static (HttpListener Listener, Uri Address) Listen(int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(port > 0 ? port : FreePort())}/"));
            var listener = new HttpListener();
            listener.Prefixes.Add(address.ToString());
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (port == 0 && attempt < PortsTriedMax)
            {
                // Somebody else took the port meanwhile.
                listener.Close();
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // It stops.
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            (int status, string body) = await AnswerAsync(context.Request);
            byte[] bytes = Encoding.UTF8.GetBytes(body);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength64 = bytes.Length;
            await context.Response.OutputStream.WriteAsync(bytes);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The caller went away, or the server stops.
        }
    }

    private async Task<(int Status, string Body)> AnswerAsync(HttpListenerRequest request)
    {
        byte[] sent = Encoding.UTF8.GetBytes(request.Headers["Authorization"] ?? "");
        if (!CryptographicOperations.FixedTimeEquals(sent, Encoding.UTF8.GetBytes("Bearer " + _options.Token)))
        {
            Interlocked.Increment(ref _refused);
            return (401, """{"error":"the token is missing or wrong"}""");
        }

        string path = request.Url!.AbsolutePath;
        if (request.HttpMethod == "GET" && s_pages.TryGetValue(path, out string? page))
        {
            return (200, page);
        }

        return request.HttpMethod == "POST" && path == "/orders" ? Take(request.Headers["Idempotency-Key"], await ReadAsync(request)) : (404, """{"error":"there is nothing here"}""");
    }

    private static async Task<JsonObject?> ReadAsync(HttpListenerRequest request)
    {
        byte[] buffer = new byte[BodyBytesMax];
        int count = await request.InputStream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false);
        try
        {
            return JsonNode.Parse(buffer.AsSpan(0, count)) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private (int Status, string Body) Take(string? key, JsonObject? order)
    {
        if (string.IsNullOrEmpty(key) || order is null || Text(order, "client_order_id") != key || Text(order, "symbol") is not { } symbol
            || Text(order, "side") is not ("buy" or "sell") || order["quantity"] is not JsonValue number || !number.TryGetValue(out long quantity) || quantity < 1)
        {
            return (400, """{"error":"an order has a key, client_order_id, symbol, side and quantity"}""");
        }

        lock (_gate)
        {
            if (_orders.FirstOrDefault(taken => taken.ClientOrderId == key) is { } known)
            {
                _repeated++;
                return (200, Accepted(known));
            }

            string id = string.Create(CultureInfo.InvariantCulture, $"B-{_orders.Count + 1:D6}");
            var taken = new BrokerOrder(id, key, symbol, Text(order, "side")!, quantity, Text(order, "limit_price"));
            _orders.Add(taken);
            if (_options.LostAnswerEvery > 0 && _orders.Count % _options.LostAnswerEvery == 0)
            {
                _lost++;
                return (503, """{"error":"the answer is lost"}""");
            }

            return (200, Accepted(taken));
        }
    }

    private static string Accepted(BrokerOrder order) => new JsonObject { ["order_id"] = order.OrderId }.ToJsonString();

    private static string? Text(JsonObject order, string name) => order[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
