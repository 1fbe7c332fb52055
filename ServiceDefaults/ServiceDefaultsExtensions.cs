using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Hosting;
using EasyQuant.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.ServiceDefaults;

/// <summary>What every service starts with: telemetry, health, service discovery.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Path that runs all health checks: 200 when ready (Healthy or Degraded), 503 otherwise.</summary>
    public const string HealthPath = "/health";

    /// <summary>Path that runs the checks tagged <c>live</c>: 200 while the process answers.</summary>
    public const string AlivePath = "/alive";

    private static readonly TimeSpan s_healthMax = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Adds OpenTelemetry, the health check "self" (tag "live"), service discovery for every HttpClient, and
    /// <see cref="TimeProvider.System"/>. A stopping service gets 20 s to finish what it does;
    /// one whose background work failed ends with exit code 70, so that it is started again. A health check that has no time-out of its own has 3 s.
    /// </summary>
    /// <typeparam name="TBuilder">The kind of host builder.</typeparam>
    /// <param name="builder">The service.</param>
    /// <returns>The same builder.</returns>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.ConfigureOpenTelemetry();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        // Who asks wants an answer: a server that is away may let its check wait for long.
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (HealthCheckRegistration check in options.Registrations.Where(check => check.Timeout == Timeout.InfiniteTimeSpan))
            {
                check.Timeout = s_healthMax;
            }
        });
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        builder.Services.AddHostedService<FaultedServiceExit>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        return builder;
    }

    /// <summary>
    /// Maps <see cref="HealthPath"/> and <see cref="AlivePath"/>, names the HTTP spans and limits unary gRPC calls that come without a
    /// deadline. When the gRPC server defaults were added it also maps <c>grpc.health.v1</c> and, in Development, reflection.
    /// </summary>
    /// <param name="app">The service.</param>
    /// <returns>The same application.</returns>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<HttpSpanMiddleware>();
        app.UseMiddleware<StoppingStreamsMiddleware>();
        app.MapHealthChecks(HealthPath).AllowAnonymous();
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") }).AllowAnonymous();
        if (app.Services.GetService<GrpcServerDefaultsMarker>() is not null)
        {
            app.UseMiddleware<DefaultDeadlineMiddleware>();
            app.MapGrpcHealthChecksService().AllowAnonymous();
            if (app.Environment.IsDevelopment())
            {
                app.MapGrpcReflectionService();
            }
        }

        return app;
    }
}
