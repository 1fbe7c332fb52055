using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using EasyQuant.EndToEnd;
using EasyQuant.LocalServers;

namespace EasyQuant.Faults.Harness;

/// <content>What the services say of themselves over HTTP.</content>
public sealed partial class FaultBed
{
    private static readonly TimeSpan s_healthMax = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, int> _httpPorts = new();
    private static readonly HttpClient s_http = new() { Timeout = s_healthMax };

    /// <summary>Waits until all services say that they are ready, or that they are not; they say that they are alive all the time.</summary>
    /// <param name="areReady">What is awaited.</param>
    /// <param name="cancellationToken">The deadline.</param>
    /// <param name="patience">Who gives no answer for so long is not ready, for whoever asks; null for no such limit.</param>
    internal Task WaitHealthAsync(bool areReady, CancellationToken cancellationToken, TimeSpan? patience = null) => Poll.UntilAsync(
        areReady ? "services that are ready" : "services that are not ready",
        async () =>
        {
            HttpStatusCode[] alive = await Task.WhenAll(Services.Select(service => StatusAsync(service, "/alive", cancellationToken)));
            Assert.All(alive, status => Assert.Equal(HttpStatusCode.OK, status));
            HttpStatusCode[] ready = await Task.WhenAll(Services.Select(service => ReadyAsync(service, patience, cancellationToken)));
            return (ready.All(status => status == (areReady ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable)), $"{string.Join(' ', ready)}\n{Story(30)}");
        },
        cancellationToken);

    private async Task<HttpStatusCode> ReadyAsync(ServiceProcess service, TimeSpan? patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience ?? s_healthMax);
        try
        {
            return await StatusAsync(service, "/health", limit.Token);
        }
        catch (OperationCanceledException) when (patience is not null && !cancellationToken.IsCancellationRequested)
        {
            return HttpStatusCode.ServiceUnavailable;
        }
    }

    private int HttpPortOf(string service) => _httpPorts.GetOrAdd(service, _ => FreePorts.Next());

    private async Task<HttpStatusCode> StatusAsync(ServiceProcess service, string path, CancellationToken cancellationToken)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPortOf(service.Name)}{path}"));
        using HttpResponseMessage answer = await s_http.GetAsync(address, cancellationToken);
        return answer.StatusCode;
    }
}
