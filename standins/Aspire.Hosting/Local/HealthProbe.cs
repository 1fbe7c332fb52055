using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Local;

/// <summary>Asks one replica for its health: every 0.2 s to 2 s until it is healthy, then every 5 s. Thread-safe.</summary>
internal sealed class HealthProbe(string key, Func<CancellationToken, Task<string?>> ask)
{
    private static readonly TimeSpan s_intervalMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_intervalMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_healthyInterval = TimeSpan.FromSeconds(5);
    private static readonly HttpClient s_client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = TimeSpan.FromSeconds(6),
    };

    public string Key => key;

    public static HealthProbe For(IResource project, HttpHealthCheckAnnotation check, int replica)
    {
        EndpointAnnotation endpoint = project.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => check.EndpointName is null ? e.UriScheme == "http" : e.Name == check.EndpointName)
            ?? throw new DistributedApplicationException($"'{project.Name}' has no endpoint '{check.EndpointName ?? "http"}' for its health check.");
        string name = string.Create(CultureInfo.InvariantCulture, $"{project.Name}_{endpoint.Name}_{check.Path}_{check.StatusCode}_check");
        var address = new Uri(endpoint.AllAllocatedEndpoints[replica].UriString + check.Path);
        return new HealthProbe(name, token => GetAsync(address, check.StatusCode, token));
    }

    public async Task WatchAsync(Action<HealthReportSnapshot> onReport, CancellationToken cancellationToken)
    {
        TimeSpan interval = s_intervalMin;
        string? last = "never asked";
        try
        {
            while (true)
            {
                string? reason = await ask(cancellationToken);
                if (reason != last)
                {
                    last = reason;
                    onReport(new HealthReportSnapshot(key, reason is null ? HealthStatus.Healthy : HealthStatus.Unhealthy, reason, null) { LastRunAt = DateTime.UtcNow });
                }

                interval = reason is null ? s_healthyInterval
                    : interval > s_intervalMax ? s_intervalMin
                    : TimeSpan.FromTicks(Math.Min(interval.Ticks * 3 / 2, s_intervalMax.Ticks));
                await Task.Delay(interval, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private static async Task<string?> GetAsync(Uri address, int statusCode, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await s_client.GetAsync(address, cancellationToken);
            return (int)response.StatusCode == statusCode
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"{address} answered {(int)response.StatusCode}, expected {statusCode}.");
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{address} did not answer in time.";
        }
    }
}
