using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Local;
using EasyQuant.LocalServers;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// The official dashboard and the resource service that feeds it. Their lives are bound together, because a dashboard does not find a resource service
/// again that was away for seconds: the dashboard starts after the service and stops with it.
/// </summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private static readonly TimeSpan s_restartDelay = TimeSpan.FromSeconds(2);
    private const int RestartsMax = 5;

    private readonly CancellationTokenSource _stopping = new();
    private readonly SupervisorServices _services;
    private readonly WebApplication _service;
    private readonly ProcessSpec _process;
    private Task _loop = Task.CompletedTask;

    private DashboardHost(SupervisorServices services, WebApplication service, ProcessSpec process, Addresses addresses)
    {
        _services = services;
        _service = service;
        _process = process;
        LoginUrl = $"{addresses.Frontend}/login?t={addresses.BrowserToken}";
        Frontend = addresses.Frontend;
        ApiKey = addresses.ApiKey;
        Telemetry = new TelemetryTarget(addresses.Otlp, addresses.OtlpKey);
    }

    /// <summary>Address that signs a browser in.</summary>
    public string LoginUrl { get; }

    /// <summary>Address without the token.</summary>
    public string Frontend { get; }

    /// <summary>Key of the dashboard's own API (header <c>x-api-key</c>).</summary>
    public string ApiKey { get; }

    /// <summary>Where projects send their telemetry.</summary>
    public TelemetryTarget Telemetry { get; }

    public static async Task<DashboardHost> StartAsync(
        string program, LocalOptions options, SupervisorServices services, IServiceProvider appHost, CancellationToken cancellationToken)
    {
        var addresses = new Addresses(services.Data);
        var stopping = new CancellationTokenSource();
        WebApplication service = CreateService(new ResourceServiceState(options.ApplicationName, addresses.ResourceKey, stopping.Token), appHost, addresses.ResourcePort);
        await service.StartAsync(cancellationToken);
        var host = new DashboardHost(services, service, Process(program, addresses, services.Data), addresses);
        host._stopping.Token.Register(stopping.Cancel);
        host._loop = host.RunAsync(host._stopping.Token);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await _service.DisposeAsync();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        ConsoleLog log = _services.Loggers.LogOf("dashboard");
        for (int starts = 0; starts <= RestartsMax; starts++)
        {
            try
            {
                ChildProcess process = await ChildProcess.StartAsync(_process, log.Append);
                _services.Data.Track([process.Id]);
                try
                {
                    int exitCode = await process.Exited.WaitAsync(cancellationToken);
                    log.Append($"The dashboard ended with exit code {exitCode}.", isError: true);
                }
                finally
                {
                    await process.StopAsync();
                    _services.Data.Forget([process.Id]);
                }

                await Task.Delay(s_restartDelay, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (InvalidOperationException exception)
            {
                log.Append(exception.Message, isError: true);
                break;
            }
        }

        _services.Console.Report($"The dashboard does not run; {_services.Data.PathOf("logs/dashboard.log")} has the reason.");
    }

    private static WebApplication CreateService(ResourceServiceState state, IServiceProvider appHost, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(state);
        builder.Services.AddSingleton(new ResourceMapper(appHost));
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceNotificationService>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceLoggerService>());
        builder.Services.AddSingleton(appHost.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton<ApiKeyInterceptor>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest)];
            grpc.Interceptors.Add<ApiKeyInterceptor>();
        });
        WebApplication service = builder.Build();
        service.MapGrpcService<ResourceService>();
        return service;
    }

    private static ProcessSpec Process(string program, Addresses addresses, DataDirectory data) => new()
    {
        FileName = program,
        Arguments = ["dashboard"],
        Environment = new Dictionary<string, string?>
        {
            ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DOTNET_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = addresses.Frontend,
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = addresses.Otlp,
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = addresses.OtlpHttp,
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{addresses.ResourcePort}"),
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = addresses.ResourceKey,
            ["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken",
            ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = addresses.BrowserToken,
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = addresses.OtlpKey,
            ["DASHBOARD__API__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__API__PRIMARYAPIKEY"] = addresses.ApiKey,
            ["HOME"] = data.OpenToProjects("home", isPrivate: true),
        },
        WorkingDirectory = data.PathOf("home"),
        User = data.ProjectUser,
        StopTimeout = TimeSpan.FromSeconds(5),
    };

    private sealed class Addresses(DataDirectory data)
    {
        public string Frontend { get; } = Url(data.Port("dashboard/frontend"));

        public string Otlp { get; } = Url(data.Port("dashboard/otlp"));

        public string OtlpHttp { get; } = Url(data.Port("dashboard/otlp-http"));

        public int ResourcePort { get; } = data.Port("dashboard/resources");

        public string BrowserToken { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

        public string ResourceKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

        public string OtlpKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

        public string ApiKey { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

        private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
    }
}
