using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Interop.Tests.Product;

/// <summary>The echo service behind the listeners, limits and interceptors that every service of the platform has.</summary>
public sealed class ProductServer : IAsyncLifetime
{
    private const string Credential = "0123456789abcdef0123456789abcdef";

    private WebApplication _app = null!;

    public Uri Address => new(_app.Urls.First());

    public EchoState State => _app.Services.GetRequiredService<EchoState>();

    /// <summary>What a call of another service carries.</summary>
    public static Metadata Headers => new() { { CallHeaders.InternalCredential, Credential } };

    public async Task InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration[InternalCredential.Setting] = Credential;
        builder.Logging.ClearProviders();
        builder.UseEasyQuantKestrel();
        builder.AddServiceDefaults();
        builder.AddGrpcServerDefaults();
        builder.Services.AddSingleton<EchoState>();
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapGrpcService<EchoService>();
        await _app.StartAsync();
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    /// <summary>A caller with the client that services use for each other.</summary>
    /// <param name="address">What it calls; null for this server.</param>
    public IHost CreateCaller(Uri? address = null)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Configuration[InternalCredential.Setting] = Credential;
        builder.Configuration["services:echo:grpc:0"] = (address ?? Address).AbsoluteUri;
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddServiceClient<Echo.EchoClient>("echo");
        return builder.Build();
    }

    /// <summary>A call over a connection of its own is answered.</summary>
    public async Task AssertServesAsync()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(Address);
        EchoReply reply = await new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "still here" }, Headers, DateTime.UtcNow + Deadlines.Soon);
        Assert.Equal("ok:still here", reply.Text);
    }
}
