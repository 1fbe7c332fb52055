using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Services.Tests.Scheduler;

/// <summary>A service of the platform in this process, on random ports, with a client that speaks as project and internal caller.</summary>
internal sealed class TestService : IAsyncDisposable
{
    public const string Credential = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;

    private TestService(WebApplication app)
    {
        _app = app;
        // The first endpoint of UseEasyQuantKestrel is gRPC.
        GrpcAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Channel = GrpcChannel.ForAddress(GrpcAddress);
    }

    public Uri GrpcAddress { get; }

    public GrpcChannel Channel { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<TestService> StartAsync(
        Dictionary<string, string?> settings, Action<WebApplicationBuilder> add, Action<WebApplication> map, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production });
        settings["EASYQUANT_INTERNAL_CREDENTIAL"] = Credential;
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("EQ_TEST_LOG") is not null)
        {
            builder.Logging.AddSimpleConsole(options => options.SingleLine = true);
        }

        builder.UseEasyQuantKestrel();
        builder.AddServiceDefaults();
        add(builder);
        WebApplication app = builder.Build();
        app.MapServiceDefaults();
        map(app);
        await app.StartAsync(cancellationToken);
        return new TestService(app);
    }

    /// <summary>Metadata of a call by the Gateway for a project.</summary>
    public static Metadata Headers(string project)
    {
        Metadata headers = CallProject.Headers(project, "key:test");
        headers.Add(CallHeaders.InternalCredential, Credential);
        return headers;
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
        Channel.Dispose();
    }
}
