using System.Globalization;
using System.Net;
using System.Text;
using EasyQuant.Samples.Market;

namespace EasyQuant.Samples.Etl;

/// <summary>
/// A data vendor as they are: slow, rate-limited, and failing now and then. <c>GET /symbols</c> answers the symbols as a JSON list,
/// <c>GET /bars?symbol=600000.SH</c> daily bars as CSV, the same for a symbol every time. About one request in eight fails: 503, 500, or a connection that is cut
/// in the middle of the answer; beyond the rate 429 with <c>Retry-After</c>. Listens on the loopback address only. Thread-safe.
/// </summary>
public sealed class VendorServer : IAsyncDisposable
{
    private static readonly DateOnly s_firstDate = new(2026, 1, 5);

    private readonly VendorOptions _options;
    private readonly HttpListener _listener = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    private readonly SampleRandom _random;
    private readonly Task _serving;
    private DateTimeOffset _second;
    private int _inSecond;
    private int _inQuota;
    private long _servedCount;
    private long _refusedCount;
    private long _failedCount;
    private long _unavailableCount;
    private long _delayTotal;
    private int _atOnce;
    private int _mostAtOnce;

    private VendorServer(VendorOptions options)
    {
        _options = options;
        _places = new SemaphoreSlim(options.ConnectionsMax, options.ConnectionsMax);
        _random = new SampleRandom((ulong)options.Seed);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.Port}/"));
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Answers that were given whole.</summary>
    public long ServedCount => Interlocked.Read(ref _servedCount);

    /// <summary>Requests that were refused because of the rate.</summary>
    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    /// <summary>Requests that failed on purpose.</summary>
    public long FailedCount => Interlocked.Read(ref _failedCount);

    /// <summary>Requests among <see cref="FailedCount"/> that were answered 503.</summary>
    public long UnavailableCount => Interlocked.Read(ref _unavailableCount);

    /// <summary>Milliseconds that answers for bars were held back on purpose, all together.</summary>
    public long DelayTotal => Interlocked.Read(ref _delayTotal);

    /// <summary>Most requests for bars that were answered at the same time.</summary>
    public int MostAtOnce
    {
        get
        {
            lock (_gate)
            {
                return _mostAtOnce;
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="options">How it behaves.</param>
    /// <exception cref="HttpListenerException">The port is taken.</exception>
    public static VendorServer Start(VendorOptions options) => new(options);

    /// <summary>Returns the symbols that it knows, sorted.</summary>
    /// <param name="count">How many, 1 to 5,000.</param>
    public static IEnumerable<string> Symbols(int count) =>
        Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{600_000 + i}.SH"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _listener.Close();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
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
            await _places.WaitAsync(_stop.Token);
            try
            {
                await AnswerOneAsync(context);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException or ProtocolViolationException)
        {
            // The caller went away, or the server stops.
        }
    }

    private async Task AnswerOneAsync(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        if (path == "/symbols")
        {
            await SendAsync(context, "application/json", $"[{string.Join(',', Symbols(_options.SymbolCount).Select(s => $$"""{"symbol":"{{s}}"}"""))}]", isCut: false);
            return;
        }

        string? symbol = context.Request.QueryString["symbol"];
        if (path != "/bars" || symbol is null || !int.TryParse(symbol.AsSpan(0, Math.Min(6, symbol.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            Refuse(context, 404);
            return;
        }

        CountAtOnce(1);
        try
        {
            await AnswerBarsAsync(context, symbol, code);
        }
        finally
        {
            CountAtOnce(-1);
        }
    }

    private async Task AnswerBarsAsync(HttpListenerContext context, string symbol, int code)
    {
        if (IsBeyondRate())
        {
            Interlocked.Increment(ref _refusedCount);
            context.Response.AddHeader("Retry-After", "1");
            Refuse(context, 429);
            return;
        }

        (int delay, int fate) = Draw();
        await Task.Delay(delay, _stop.Token);
        Interlocked.Add(ref _delayTotal, delay);
        if (fate is 0 or 1)
        {
            Interlocked.Increment(ref _failedCount);
            Interlocked.Add(ref _unavailableCount, fate == 0 ? 1 : 0);
            Refuse(context, fate == 0 ? 503 : 500);
            return;
        }

        bool isCut = fate == 2;
        await SendAsync(context, "text/csv", Bars(symbol, code), isCut);
        Interlocked.Increment(ref isCut ? ref _failedCount : ref _servedCount);
    }

    private void CountAtOnce(int change)
    {
        lock (_gate)
        {
            _atOnce += change;
            _mostAtOnce = Math.Max(_mostAtOnce, _atOnce);
        }
    }

    private bool IsBeyondRate()
    {
        lock (_gate)
        {
            DateTimeOffset now = _options.Time.GetUtcNow();
            if (now - _second >= TimeSpan.FromSeconds(1))
            {
                (_second, _inSecond) = (now, 0);
            }

            if (_options.QuotaMax > 0 && ++_inQuota > _options.QuotaMax)
            {
                _inQuota = 0;
                return true;
            }

            return ++_inSecond > _options.RequestsPerSecondMax;
        }
    }

    private (int Delay, int Fate) Draw()
    {
        lock (_gate)
        {
            return (_random.Between(_options.DelayMin, _options.DelayMax), _random.Between(0, Math.Max(3, _options.FailOneIn * 3) - 1));
        }
    }

    private string Bars(string symbol, int code)
    {
        var random = new SampleRandom((ulong)code);
        var text = new StringBuilder("symbol,date,open,high,low,close,volume,amount\n");
        int close = random.Between(500, 6_000);
        DateOnly date = s_firstDate;
        for (int i = 0; i < _options.BarCount; i++)
        {
            int open = close;
            close = Math.Max(100, open + random.Bell(open / 25));
            int high = Math.Max(open, close) + random.Between(0, 5);
            int low = Math.Min(open, close) - random.Between(0, 5);
            long volume = random.Between(1_000, 90_000) * 100L;
            text.Append(CultureInfo.InvariantCulture, $"{symbol},{date:yyyy-MM-dd},{open / 100m:0.00},{high / 100m:0.00},{low / 100m:0.00},{close / 100m:0.00},{volume},{volume * close / 100}\n");
            date = date.AddDays(date.DayOfWeek == DayOfWeek.Friday ? 3 : 1);
        }

        return text.ToString();
    }

    private static void Refuse(HttpListenerContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Close();
    }

    private static async Task SendAsync(HttpListenerContext context, string type, string text, bool isCut)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = type;
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body.AsMemory(0, isCut ? body.Length / 2 : body.Length));
        if (isCut)
        {
            context.Response.Abort();
        }
        else
        {
            context.Response.Close();
        }
    }
}
