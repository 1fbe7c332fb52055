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
    internal Task WaitHealthAsync(bool areReady, CancellationToken cancellationToken) => Poll.UntilAsync(
        areReady ? "services that are ready" : "services that are not ready",
        async () =>
        {
            HttpStatusCode[] alive = await Task.WhenAll(Services.Select(service => StatusAsync(service, "/alive", cancellationToken)));
            Assert.All(alive, status => Assert.Equal(HttpStatusCode.OK, status));
            HttpStatusCode[] ready = await Task.WhenAll(Services.Select(service => StatusAsync(service, "/health", cancellationToken)));
            return (ready.All(status => status == (areReady ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable)), $"{string.Join(' ', ready)}\n{Story(30)}");
        },
        cancellationToken);

    private int HttpPortOf(string service) => _httpPorts.GetOrAdd(service, _ => FreePorts.Next());

    private async Task<HttpStatusCode> StatusAsync(ServiceProcess service, string path, CancellationToken cancellationToken)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{HttpPortOf(service.Name)}{path}"));
        using HttpResponseMessage answer = await s_http.GetAsync(address, cancellationToken);
        return answer.StatusCode;
    }
}
