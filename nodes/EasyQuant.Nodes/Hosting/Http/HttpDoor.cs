using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Hosting;

/// <summary>
/// The one way by which nodes call HTTP servers. It resolves a name once and connects to that address, refuses addresses that are not public
/// unless the operator allowed the server, uses no proxy and no cookies, bounds time and size, and spreads calls in time. Thread-safe; one a process.
/// </summary>
public sealed class HttpDoor : IDisposable
{
    private const int AddressesTriedMax = 4;
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private readonly HttpDoorOptions _options;
    private readonly TimeProvider _time;
    private readonly FrozenSet<string> _allowed;
    private readonly ServerTurns _turns;
    private readonly HttpClient _client;
    private readonly HttpClient _strict;

    /// <summary>Opens the door.</summary>
    /// <param name="options">What it allows.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">An allowed endpoint is not <c>host:port</c>, or there are more than 1,000.</exception>
    public HttpDoor(HttpDoorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.AllowedEndpoints.Count > 1000)
        {
            throw new ArgumentException($"At most 1,000 endpoints can be allowed, got {options.AllowedEndpoints.Count}.", nameof(options));
        }

        foreach (string endpoint in options.AllowedEndpoints)
        {
            if (!Uri.TryCreate($"http://{endpoint}/", UriKind.Absolute, out Uri? uri) || uri.Authority.Length == 0 || uri.PathAndQuery != "/" || !endpoint.Contains(':', StringComparison.Ordinal))
            {
                throw new ArgumentException($"An allowed endpoint is written host:port, got '{endpoint}'.", nameof(options));
            }
        }

        _options = options;
        _time = time;
        _allowed = options.AllowedEndpoints.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _turns = new ServerTurns(time);
        _client = new HttpClient(CreateHandler(follow: true)) { Timeout = Timeout.InfiniteTimeSpan };
        _strict = new HttpClient(CreateHandler(follow: false)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a request and reads the whole answer, whatever its status.</summary>
    /// <param name="request">Absolute URL, http or https.</param>
    /// <param name="requestsPerSecond">Calls a second to this server over all nodes of the process that name a rate; 0 for no own rate.</param>
    /// <param name="bytesMax">Largest body after inflating.</param>
    /// <param name="timeout">Longest time from the turn to the last byte.</param>
    /// <param name="follow">Whether redirects are followed; a header of the caller would go with them to whatever server the answer names.</param>
    /// <param name="cancellationToken">Stops waiting and calling.</param>
    /// <exception cref="NodeException">
    /// <c>HTTP_ADDRESS_FORBIDDEN</c>, <c>HTTP_TOO_LARGE</c>; transient: <c>HTTP_FAILED</c>, <c>HTTP_TIMEOUT</c>, <c>HTTP_BUSY</c>.
    /// </exception>
    public async Task<HttpAnswer> SendAsync(
        HttpRequestMessage request, double requestsPerSecond, int bytesMax, TimeSpan timeout, bool follow, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string server = ServerOf(request.RequestUri!.IdnHost, request.RequestUri.Port);
        TimeSpan wait = _turns.Take(server, requestsPerSecond, _options.TurnTimeout);
        if (wait < TimeSpan.Zero)
        {
            throw new NodeException("HTTP_BUSY", $"The turn at {server} is more than {_options.TurnTimeout.TotalSeconds:0} s away.", transient: true);
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, cancellationToken);
        }

        using var deadline = new CancellationTokenSource(timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await (follow ? _client : _strict).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            HoldIfAsked(server, response);
            byte[] body = await ReadAsync(response, bytesMax, server, both.Token);
            MediaTypeHeaderValue? type = response.Content.Headers.ContentType;
            return new HttpAnswer((int)response.StatusCode, type?.MediaType?.ToLowerInvariant() ?? "", type?.CharSet?.Trim('"') ?? "", body);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException("HTTP_TIMEOUT", string.Create(CultureInfo.InvariantCulture, $"{server} did not answer within {timeout.TotalSeconds:0.###} s."), transient: true, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw Forbidden(e) ?? new NodeException("HTTP_FAILED", $"{server}: {e.Message}", transient: true, e);
        }
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _strict.Dispose();
    }

    /// <summary>Whether nobody on the way reads what is sent to a URL: it is https, or the operator allowed the server by name.</summary>
    /// <param name="url">Absolute URL.</param>
    public bool IsTrusted(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.Scheme == Uri.UriSchemeHttps || _allowed.Contains(ServerOf(url.IdnHost, url.Port));
    }

    private static NodeException? Forbidden(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NodeException forbidden)
            {
                return forbidden;
            }
        }

        return null;
    }

    private static string ServerOf(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}:{port}");

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int bytesMax, string server, CancellationToken cancellationToken)
    {
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > bytesMax)
            {
                throw new NodeException("HTTP_TOO_LARGE", $"The answer of {server} has more than {bytesMax} bytes.");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private void HoldIfAsked(string server, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || response.Headers.RetryAfter is not { } retry)
        {
            return;
        }

        TimeSpan asked = retry.Delta ?? (retry.Date is { } date ? date - _time.GetUtcNow() : TimeSpan.Zero);
        if (asked > TimeSpan.Zero)
        {
            _turns.Hold(server, asked < _options.RetryAfterMax ? asked : _options.RetryAfterMax);
        }
    }

    private SocketsHttpHandler CreateHandler(bool follow) => new()
    {
        // Redirects cross the door again: each new server is connected to by ConnectAsync, and https never falls back to http.
        AllowAutoRedirect = follow,
        MaxAutomaticRedirections = 5,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectCallback = ConnectAsync,
        ConnectTimeout = s_connectTimeout,
        MaxConnectionsPerServer = _options.ConnectionsMax,
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
        UseProxy = false,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        string server = ServerOf(target.Host, target.Port);
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal) ? [literal] : await Dns.GetHostAddressesAsync(target.Host, cancellationToken);
        IPAddress[] usable = _allowed.Contains(server) ? addresses : [.. addresses.Where(PublicAddress.IsPublic)];
        if (usable.Length == 0)
        {
            throw new NodeException(
                "HTTP_ADDRESS_FORBIDDEN", $"{server} has no public address; the operator can allow it by name (Runner:HttpAllowedEndpoints, or --allow-http of `eq run`).");
        }

        Exception? last = null;
        foreach (IPAddress address in usable.Take(AddressesTriedMax))
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last!;
    }
}
