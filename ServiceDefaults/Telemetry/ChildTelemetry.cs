using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>
/// Traces of a child process, sent in the name of the service that started it. Its metrics go through the service (<see cref="ChildMeasures"/>): two
/// processes that send metrics under one name would overwrite each other. Thread-safe.
/// </summary>
public static class ChildTelemetry
{
    private const string Prefix = "OTEL_";

    /// <summary>Reads what a child must know: the settings of OpenTelemetry that the service was given.</summary>
    /// <param name="configuration">Configuration of the service.</param>
    /// <returns>Settings by name; empty when nothing is sent.</returns>
    public static IReadOnlyDictionary<string, string> Settings(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return string.IsNullOrWhiteSpace(configuration[TelemetryExtensions.EndpointSetting])
            ? new Dictionary<string, string>()
            : configuration.AsEnumerable().Where(setting => setting.Key.StartsWith(Prefix, StringComparison.Ordinal) && setting.Value is not null)
                .ToDictionary(setting => setting.Key, setting => setting.Value!);
    }

    /// <summary>Sends the spans of this process from now on: in the background, in batches, at most 2,048 waiting.</summary>
    /// <param name="settings">What <see cref="Settings"/> read in the service.</param>
    /// <param name="measures">What measures by the spans.</param>
    /// <returns>What sends; to be disposed at the end. Null when there is nowhere to send to.</returns>
    public static TracerProvider? Start(IReadOnlyDictionary<string, string> settings, ChildMeasures measures)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(measures);
        if (settings.Count == 0)
        {
            return null;
        }

        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();
        return Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .AddSource("EasyQuant.*", "System.Net.Http", "Npgsql")
            .AddProcessor(new RunContextProcessor())
            .AddProcessor(measures)
            .AddOtlpExporter()
            .Build();
    }
}
