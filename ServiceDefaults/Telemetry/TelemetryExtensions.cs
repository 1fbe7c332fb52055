using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace EasyQuant.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs of a service.</summary>
public static class TelemetryExtensions
{
    /// <summary>Setting with the address that telemetry is sent to; without it nothing is sent.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // These say at Information what the traces say already, once a statement or request.
    private static readonly string[] s_quietCategories = ["Grpc", "Microsoft.AspNetCore", "Npgsql", "System.Net.Http", "Yarp"];

    /// <summary>
    /// Switches OpenTelemetry on: sources and meters named <c>EasyQuant.*</c>, ASP.NET Core, HttpClient, gRPC client and Npgsql.
    /// The sources of RabbitMQ.Client are left out: publishers and consumers have spans of their own, and its subscriber would
    /// start a new trace for each message. Sends by OTLP when <see cref="EndpointSetting"/> is set. Frameworks log from
    /// Warning on unless <c>Logging:LogLevel</c> says otherwise.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of host builder.</typeparam>
    /// <param name="builder">The host that is observed.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder ConfigureOpenTelemetry<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Without it ASP.NET Core 10 leaves its server span without any attribute. Read once, when the web host starts.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        // Read by AddRabbitMQClient, which comes later: the library's spans would stand beside our own for the same message.
        builder.Configuration["Aspire:RabbitMQ:Client:DisableTracing"] = "true";

        // First, so that every rule of the configuration wins.
        builder.Services.Configure<LoggerFilterOptions>(options =>
        {
            foreach (string category in s_quietCategories)
            {
                options.Rules.Insert(0, new LoggerFilterRule(providerName: null, category, LogLevel.Warning, filter: null));
            }
        });
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(
                "EasyQuant.*",
                "Microsoft.AspNetCore.Hosting",
                "Microsoft.AspNetCore.Server.Kestrel",
                "Microsoft.AspNetCore.Routing",
                "System.Net.Http",
                "System.Runtime",
                "Npgsql"))
            .WithTracing(tracing => tracing
                .AddSource(
                    builder.Environment.ApplicationName,
                    "EasyQuant.*",
                    "Microsoft.AspNetCore",
                    "System.Net.Http",
                    "Grpc.Net.Client",
                    "Npgsql")
                .AddProcessor(new RunContextProcessor())
                .AddProcessor(new RpcSpanProcessor())
                .AddProcessor(new WorkMetricsProcessor()));
        if (!string.IsNullOrWhiteSpace(builder.Configuration[EndpointSetting]))
        {
            telemetry.UseOtlpExporter();
        }

        return builder;
    }
}
