using System.Net;
using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EasyQuant.Interop.Tests.Fixtures;

/// <summary>A gRPC server with the echo service, health and reflection on a free loopback port.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private EchoServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _channel = GrpcChannel.ForAddress(Address);
        Client = new Echo.EchoClient(_channel);
    }

    public Uri Address { get; }

    public Echo.EchoClient Client { get; }

    public GrpcChannel Channel => _channel;

    public IServiceProvider Services => _app.Services;

    public EchoState State => _app.Services.GetRequiredService<EchoState>();

    public static async Task<EchoServer> StartAsync(Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<EchoState>();
        builder.Services.AddGrpc(options =>
        {
            options.Interceptors.Add<TrailerInterceptor>();
            options.CompressionProviders = [new BoundedGzipCompressionProvider(4 * 1024 * 1024)];
            options.ResponseCompressionAlgorithm = "gzip";
        });
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks()
            .AddCheck("always", () => HealthCheckResult.Healthy());
        configure?.Invoke(builder);
        WebApplication app = builder.Build();
        app.MapGrpcService<EchoService>();
        app.MapGrpcReflectionService();
        app.MapGrpcHealthChecksService();
        await app.StartAsync(CancellationToken.None);
        return new EchoServer(app);
    }

    /// <summary>Begins to stop and does not wait for running calls.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _app.StopAsync(deadline.Token);
        await _app.DisposeAsync();
    }
}
