using System.Net.Http.Headers;
using EasyQuant.Gateway;
using EasyQuant.Gateway.Auth;
using EasyQuant.Gateway.Rest;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.Services.Tests.Gateway.Probes;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>A Gateway on free ports with keys in memory, in front of a probe service and a workflow service; the other services are named but not there.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _backendApp;
    private readonly WebApplication _gateway;
    private readonly GrpcChannel _channel;

    private GatewayHost(WebApplication backendApp, WebApplication gateway, ProbeBackend backend, FakePlatform platform, FakeKeyStore keys)
    {
        Platform = platform;
        _backendApp = backendApp;
        _gateway = gateway;
        Backend = backend;
        Keys = keys;
        Uri[] addresses = [.. gateway.Urls.Select(u => new Uri(u))];
        GrpcAddress = addresses[0];
        Http = new HttpClient { BaseAddress = addresses[1], Timeout = TimeSpan.FromMinutes(4) };
        _channel = GrpcChannel.ForAddress(GrpcAddress);
        Key = keys.Add("default", null, false, KeyScope.Read, KeyScope.Run, KeyScope.Edit, KeyScope.Operate, KeyScope.Admin);
    }

    public const string Credential = "a credential for tests only";

    public HttpClient Http { get; }

    public Uri GrpcAddress { get; }

    public GrpcChannel Channel => _channel;

    public ProbeBackend Backend { get; }

    /// <summary>The workflow service behind the Gateway.</summary>
    public FakePlatform Platform { get; }

    public FakeKeyStore Keys { get; }

    /// <summary>A key of project default with all scopes.</summary>
    public string Key { get; }

    public IServiceProvider Services => _gateway.Services;

    public static async Task<GatewayHost> StartAsync(TimeProvider? time = null, params (string Key, string Value)[] settings)
    {
        var backend = new ProbeBackend();
        WebApplicationBuilder backendBuilder = Builder();
        backendBuilder.AddGrpcServerDefaults();
        var platform = new FakePlatform();
        backendBuilder.Services.AddSingleton(backend).AddSingleton(platform).AddSingleton<FakeWorkflows>();
        WebApplication backendApp = backendBuilder.Build();
        backendApp.MapServiceDefaults();
        backendApp.MapGrpcService<ProbeBackend>();
        backendApp.MapGrpcService<FakePlatform>();
        backendApp.MapGrpcService<FakeWorkflows>();
        await backendApp.StartAsync();

        WebApplicationBuilder builder = Builder();
        builder.Configuration["services:probe:grpc:0"] = backendApp.Urls.First();
        builder.Configuration["services:workflow:grpc:0"] = backendApp.Urls.First();
        foreach ((string key, string value) in settings)
        {
            builder.Configuration[key] = value;
        }

        var keys = new FakeKeyStore();
        builder.Services.AddSingleton<IKeyStore>(keys);
        if (time is not null)
        {
            builder.Services.AddSingleton(time);
        }

        builder.AddGatewayCore(Owners());
        WebApplication gateway = builder.Build();
        gateway.MapGateway();
        await gateway.StartAsync();
        return new GatewayHost(backendApp, gateway, backend, platform, keys);
    }

    /// <summary>Stops the Gateway as a signal does, or the services behind it.</summary>
    public Task StopAsync(bool isGateway) => (isGateway ? _gateway : _backendApp).StopAsync();

    /// <summary>The platform's services and the probe.</summary>
    public static ServiceOwners Owners()
    {
        ServiceOwners platform = ServiceOwners.OfPlatform();
        Dictionary<ServiceDescriptor, string> owners = platform.Services.ToDictionary(s => s, platform.OwnerOf);
        owners[ProbeReflection.Descriptor.Services[0]] = "probe";
        return new ServiceOwners(owners);
    }

    /// <summary>Sends a request with a key; null sends none.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? key = "", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key.Length == 0 ? Key : key);
        }

        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _channel.Dispose();
        await _gateway.DisposeAsync();
        await _backendApp.DisposeAsync();
    }

    private static WebApplicationBuilder Builder()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("EASYQUANT_INTERNAL_CREDENTIAL", Credential)]);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.UseEasyQuantKestrel();
        return builder;
    }
}
