using System.Net;
using EasyQuant.Contracts.Schedule.V1;
using EasyQuant.ServiceDefaults;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.ServiceDefaults.Grpc;
using EasyQuant.ServiceDefaults.Security;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EasyQuant.Aspire.Tests;

[Collection("hosting")]
public sealed class ServiceDefaultsTests : IAsyncLifetime
{
    private const string Credential = "0123456789abcdef0123456789abcdef";

    private WebApplication? _service;
    private IHost? _caller;

    private ScheduleService.ScheduleServiceClient Client => _caller!.Services.GetRequiredService<ScheduleService.ScheduleServiceClient>();

    private Uri GrpcAddress => new(_service!.Urls.First());

    private Uri HttpAddress => new(_service!.Urls.Last());

    public async Task InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration[InternalCredential.Setting] = Credential;
        builder.Logging.ClearProviders();
        builder.UseEasyQuantKestrel();
        builder.AddServiceDefaults();
        builder.AddGrpcServerDefaults();
        _service = builder.Build();
        _service.MapServiceDefaults();
        _service.MapGrpcService<FakeScheduleService>();
        await _service.StartAsync();

        HostApplicationBuilder caller = Host.CreateApplicationBuilder();
        caller.Configuration[InternalCredential.Setting] = Credential;
        caller.Configuration["services:scheduler:grpc:0"] = GrpcAddress.AbsoluteUri;
        caller.AddServiceDefaults();
        caller.AddServiceClient<ScheduleService.ScheduleServiceClient>("scheduler");
        _caller = caller.Build();
    }

    public async Task DisposeAsync()
    {
        _caller?.Dispose();
        await _service!.DisposeAsync();
    }

    [Theory]
    [InlineData("GRPC_HOST", 0)]
    [InlineData("HTTP_HOST", 1)]
    public async Task Host_OfAnEndpoint_IsWhereItListensAndTheOtherStaysOnLoopback(string setting, int endpoint)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration[setting] = "127.0.0.2";
        builder.Logging.ClearProviders();
        builder.UseEasyQuantKestrel();
        await using WebApplication service = builder.Build();
        await service.StartAsync();

        string[] hosts = [.. service.Urls.Select(address => new Uri(address).Host)];

        Assert.Equal("127.0.0.2", hosts[endpoint]);
        Assert.Equal("127.0.0.1", hosts[1 - endpoint]);
    }

    [Theory]
    [InlineData("GRPC_HOST")]
    [InlineData("HTTP_HOST")]
    public void Host_ThatIsNoAddress_IsRefused(string setting)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Configuration[setting] = "everywhere";

        Assert.Equal($"{setting} must be an IP address to listen on, was 'everywhere'.", Assert.Throws<InvalidOperationException>(() => builder.UseEasyQuantKestrel()).Message);
    }

    [Fact]
    public async Task Error_ThrownByHandler_ReachesTheClientWhole()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => GetAsync("invalid"));

        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal(StatusCode.InvalidArgument, error.Status);
        Assert.Equal("PARAMETER_OUT_OF_RANGE", error.Reason);
        Assert.Equal("`period` must be 1..500, was 0. 周期", error.Message);
        Assert.Equal("sma", error.Metadata["node"]);
        Assert.Equal("/nodes/0/params/period", error.Violations[0].Field);
        Assert.Equal(100, error.Violations.Count + int.Parse(error.Metadata["violations_omitted"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
    }

    [Fact]
    public async Task Exception_Unexpected_BecomesInternalWithoutItsText()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => GetAsync("crash"));

        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal("INTERNAL", error.Reason);
    }

    [Fact]
    public async Task Exception_OfARestartingDatabase_IsUnavailable()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => GetAsync("restart"));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.DoesNotContain("secret", exception.ToString(), StringComparison.Ordinal);
        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal("SERVICE_UNAVAILABLE", error.Reason);
    }

    [Fact]
    public async Task Call_DeadlinePasses_IsDeadlineExceeded()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => Client.GetScheduleAsync(
            new GetScheduleRequest { Name = "hang" }, CallProject.Headers("default", "service:test"), DateTime.UtcNow.AddMilliseconds(200)).ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task Call_ThroughTheClientHelper_CarriesProjectActorAndDeadline()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => GetAsync("who"));

        Assert.Equal("default|service:test|True", exception.Status.Detail);
    }

    [Fact]
    public async Task Call_WithoutProject_IsRefused()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => Client.GetScheduleAsync(new GetScheduleRequest { Name = "who" }).ResponseAsync);

        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal((StatusCode.PermissionDenied, "PROJECT_MISSING"), (error.Status, error.Reason));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0123456789abcdef0123456789abcdeX")]
    public async Task Call_WithoutTheInternalCredential_IsUnauthenticated(string? credential)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(GrpcAddress);
        Metadata headers = CallProject.Headers("default", "service:test");
        if (credential is not null)
        {
            headers.Add(CallHeaders.InternalCredential, credential);
        }

        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            () => new ScheduleService.ScheduleServiceClient(channel).GetScheduleAsync(new GetScheduleRequest(), headers).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, exception.StatusCode);
    }

    [Fact]
    public async Task Health_OverGrpcAndHttp_NeedsNoCredential()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(GrpcAddress);
        using var http = new HttpClient();

        Task<HealthCheckResponse> grpc = new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), deadline: DateTime.UtcNow.AddSeconds(20)).ResponseAsync;

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await grpc).Status);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(HttpAddress, "/health"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(HttpAddress, "/alive"))).StatusCode);
    }

    private Task GetAsync(string id) =>
        Client.GetScheduleAsync(new GetScheduleRequest { Name = id }, CallProject.Headers("default", "service:test")).ResponseAsync;
}
