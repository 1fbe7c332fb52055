using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace EasyQuant.Interop.Tests;

/// <summary>Names of services become addresses, for gRPC clients and for HTTP clients.</summary>
public sealed class ServiceDiscoveryTests : IAsyncLifetime
{
    private EchoServer _first = null!;
    private EchoServer _second = null!;

    public async Task InitializeAsync()
    {
        _first = await EchoServer.StartAsync();
        _second = await EchoServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task GrpcClient_TwoEndpoints_TakesTurns()
    {
        await using ServiceProvider services = Build("http://catalog", new()
        {
            ["services:catalog:http:0"] = _first.Address.ToString(),
            ["services:catalog:http:1"] = _second.Address.ToString(),
        });

        var hosts = new List<string>();
        for (int i = 0; i < 4; i++)
        {
            hosts.Add(await HostAsync(services));
        }

        Assert.Contains(_first.Address.Authority, hosts);
        Assert.Contains(_second.Address.Authority, hosts);
        Assert.Equal(hosts[0], hosts[2]);
        Assert.Equal(hosts[1], hosts[3]);
        Assert.NotEqual(hosts[0], hosts[1]);
    }

    [Fact]
    public async Task GrpcClient_NamedEndpoint_ThatEndpoint()
    {
        await using ServiceProvider services = Build("http://_grpc.workflow", new()
        {
            ["services:workflow:http:0"] = _first.Address.ToString(),
            ["services:workflow:grpc:0"] = _second.Address.ToString(),
        });

        Assert.Equal(_second.Address.Authority, await HostAsync(services));
    }

    [Fact]
    public async Task GrpcClient_DefaultEndpoint_WinsOverTheScheme()
    {
        await using ServiceProvider services = Build("http://catalog", new()
        {
            ["services:catalog:default:0"] = _first.Address.Authority,
            ["services:catalog:http:0"] = _second.Address.ToString(),
        });

        Assert.Equal(_first.Address.Authority, await HostAsync(services));
    }

    [Fact]
    public async Task GrpcClient_ConfigurationChanges_NewEndpoint()
    {
        var settings = new Dictionary<string, string?> { ["services:catalog:http:0"] = _first.Address.ToString() };
        await using ServiceProvider services = Build("http://catalog", settings);
        Assert.Equal(_first.Address.Authority, await HostAsync(services));

        var configuration = (IConfigurationRoot)services.GetRequiredService<IConfiguration>();
        configuration["services:catalog:http:0"] = _second.Address.ToString();
        configuration.Reload();

        Assert.Equal(_second.Address.Authority, await HostAsync(services));
    }

    [Fact]
    public async Task GrpcClient_NameNotConfigured_UnavailableFromDns()
    {
        await using ServiceProvider services = Build("http://nowhere.invalid", []);

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => HostAsync(services));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Contains("nowhere.invalid", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrpcClient_PlainAddress_Unchanged()
    {
        await using ServiceProvider services = Build(_first.Address.ToString(), []);

        Assert.Equal(_first.Address.Authority, await HostAsync(services));
    }

    [Fact]
    public async Task HttpClient_TwoSchemes_TheOneThatIsConfigured()
    {
        await using ServiceProvider services = Build("http://unused", new()
        {
            ["services:catalog:http:0"] = _first.Address.ToString(),
        });
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("plain");
        using var request = new HttpRequestMessage(HttpMethod.Get, "https+http://catalog/missing")
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("https+http://catalog/missing", request.RequestUri!.ToString());
    }

    private static ServiceProvider Build(string address, Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http => http.AddServiceDiscovery());
        services.AddHttpClient("plain");
        services.AddGrpcClient<Echo.EchoClient>(options => options.Address = new Uri(address));
        return services.BuildServiceProvider();
    }

    private static async Task<string> HostAsync(ServiceProvider services)
    {
        EchoReply reply = await services.GetRequiredService<Echo.EchoClient>()
            .UnaryAsync(new EchoRequest { Text = "headers" });
        return reply.Text.Split(' ').Single(word => word.StartsWith("host=", StringComparison.Ordinal))["host=".Length..];
    }
}
