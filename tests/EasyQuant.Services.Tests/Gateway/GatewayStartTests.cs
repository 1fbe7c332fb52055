using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Client;
using EasyQuant.Contracts.Access.V1;
using EasyQuant.Gateway;
using EasyQuant.Gateway.Auth;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.Testing;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>The Gateway as it is started, with its own database.</summary>
public sealed class GatewayStartTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromMinutes(4));
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"eq-gateway-{Guid.NewGuid():N}");
    private readonly FakeNodes _nodes = new();
    private TestServers _servers = null!;
    private WebApplication _workflow = null!;
    private WebApplication _gateway = null!;
    private HttpClient _http = null!;
    private string _key = "";

    public async Task InitializeAsync()
    {
        _servers = await TestServers.StartOrReuseAsync(_deadline.Token);
        WebApplicationBuilder workflow = Builder([]);
        workflow.AddGrpcServerDefaults();
        workflow.Services.AddSingleton(_nodes);
        _workflow = workflow.Build();
        _workflow.MapGrpcService<FakeNodes>();
        await _workflow.StartAsync(_deadline.Token);

        WebApplicationBuilder builder = Builder(new Dictionary<string, string?>
        {
            ["ConnectionStrings:easyquant"] = await _servers.CreateDatabaseAsync(_deadline.Token),
            [KeySetup.DirectorySetting] = _directory,
            ["services:workflow:grpc:0"] = _workflow.Urls.First(),
        });
        builder.AddGateway();
        _gateway = builder.Build();
        _gateway.MapGateway();
        await _gateway.StartAsync(_deadline.Token);
        _key = (await File.ReadAllTextAsync(Path.Combine(_directory, KeySetup.FileName), _deadline.Token)).Trim();
        _http = new HttpClient { BaseAddress = new Uri(_gateway.Urls.Last()), Timeout = TimeSpan.FromMinutes(4) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        await _workflow.DisposeAsync();
        await _servers.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
        _deadline.Dispose();
    }

    [Fact]
    public async Task Keys_OverRestAndGrpc_AreMadeUsedAndRevoked()
    {
        JsonNode current = await CallAsync(HttpMethod.Get, "/api/v1/keys:current", _key, HttpStatusCode.OK);
        Assert.Equal("development", current["key"]!["name"]!.GetValue<string>());

        JsonNode made = await CallAsync(HttpMethod.Post, "/api/v1/keys", _key, HttpStatusCode.OK, """{"name":"ci","scopes":["SCOPE_READ"]}""");
        string text = made["text"]!.GetValue<string>();
        string keyId = made["key"]!["keyId"]!.GetValue<string>();
        Assert.Equal("ci", (await CallAsync(HttpMethod.Get, "/api/v1/keys:current", text, HttpStatusCode.OK))["key"]!["name"]!.GetValue<string>());
        await CallAsync(HttpMethod.Get, "/api/v1/keys", text, HttpStatusCode.Forbidden);

        using var client = new EasyQuantClient(new EasyQuantClientOptions { Address = new Uri(_gateway.Urls.First()), Key = _key });
        ListKeysResponse listed = await client.Access.ListKeysAsync(new ListKeysRequest());
        Assert.Equal(["ci", "development"], listed.Keys.Select(k => k.Name));
        RpcException taken = await Assert.ThrowsAsync<RpcException>(
            () => client.Access.CreateKeyAsync(new CreateKeyRequest { Name = "ci", Scopes = { Scope.Run } }).ResponseAsync);
        Assert.True(RpcError.TryRead(taken, out RpcError? error));
        Assert.Equal((StatusCode.AlreadyExists, "KEY_EXISTS"), (error.Status, error.Reason));

        await client.Access.RevokeKeyAsync(new RevokeKeyRequest { KeyId = keyId });
        JsonNode refused = await CallAsync(HttpMethod.Get, "/api/v1/keys:current", text, HttpStatusCode.Unauthorized);
        Assert.Equal("API_KEY_REVOKED", refused["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"name":"X Y","scopes":["SCOPE_READ"]}""", "KEY_NAME_INVALID", "/name")]
    [InlineData("""{"name":"x"}""", "KEY_SCOPES_INVALID", "/scopes")]
    [InlineData("""{"name":"x","scopes":["SCOPE_READ"],"expireTime":"2020-01-01T00:00:00Z"}""", "KEY_EXPIRY_INVALID", "/expireTime")]
    [InlineData("""{"name":"x","scopes":["ROOT"]}""", "FIELD_TYPE", "/scopes/0")]
    public async Task Key_ThatMayNotBe_IsRefusedWithItsField(string body, string code, string pointer)
    {
        JsonNode problem = await CallAsync(HttpMethod.Post, "/api/v1/keys", _key, HttpStatusCode.BadRequest, body);
        Assert.Equal((code, pointer), (problem["code"]!.GetValue<string>(), problem["errors"]![0]!["pointer"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Health_UntilNodeTypesAreKnown_IsNotReady()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthAsync("/health"));
        Assert.Equal(HttpStatusCode.OK, await HealthAsync("/alive"));
        _nodes.IsFilled = true;
        Assert.Equal(HttpStatusCode.OK, await HealthAsync("/health"));
        _nodes.IsFilled = false;
        Assert.Equal(HttpStatusCode.OK, await HealthAsync("/health"));
    }

    private async Task<HttpStatusCode> HealthAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(new Uri(path, UriKind.Relative), _deadline.Token);
        return response.StatusCode;
    }

    private async Task<JsonNode> CallAsync(HttpMethod method, string path, string key, HttpStatusCode expected, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.SendAsync(request, _deadline.Token);
        string text = await response.Content.ReadAsStringAsync(_deadline.Token);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    private static WebApplicationBuilder Builder(Dictionary<string, string?> settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection(settings).AddInMemoryCollection(
            [KeyValuePair.Create<string, string?>("EASYQUANT_INTERNAL_CREDENTIAL", GatewayHost.Credential)]);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.UseEasyQuantKestrel();
        return builder;
    }
}
