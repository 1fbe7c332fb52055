using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EasyQuant.Nodes.Tests.Data.Http;

/// <summary>An HTTP server of a data vendor on a port of its own. Each request has its answer, with one more header at most (Content-Encoding, Location or Retry-After, by the status); every request is recorded.</summary>
internal sealed class FakeVendor : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerRequest, (int Status, string Type, byte[] Body, string? Header)> _answer;

    public FakeVendor(Func<HttpListenerRequest, (int Status, string Type, byte[] Body, string? Header)> answer)
    {
        _answer = answer;
        for (int attempt = 0; ; attempt++)
        {
            Endpoint = $"127.0.0.1:{FreePort()}";
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://{Endpoint}/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (attempt < 5)
            {
                // Somebody else took the port.
            }
        }

        _ = ServeAsync();
    }

    public string Endpoint { get; }

    public ConcurrentQueue<(string Method, string Url, string? IdempotencyKey, string Body)> Requests { get; } = [];

    public static (int, string, byte[], string?) Json(string text) => (200, "application/json", Encoding.UTF8.GetBytes(text), null);

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var reader = new StreamReader(context.Request.InputStream);
            Requests.Enqueue((context.Request.HttpMethod, context.Request.RawUrl!, context.Request.Headers["Idempotency-Key"], await reader.ReadToEndAsync()));
            (int status, string type, byte[] body, string? header) = _answer(context.Request);
            try
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                if (header is not null)
                {
                    context.Response.Headers[status switch { 200 => "Content-Encoding", 302 => "Location", _ => "Retry-After" }] = header;
                }

                await context.Response.OutputStream.WriteAsync(body);
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or InvalidOperationException or IOException)
            {
                // The client has gone; that is what some tests want.
            }
        }
    }
}
