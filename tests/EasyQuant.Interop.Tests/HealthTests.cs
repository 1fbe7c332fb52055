using EasyQuant.Interop.Tests.Fixtures;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace EasyQuant.Interop.Tests;

/// <summary>The health service follows the health checks and says NOT_SERVING while the server drains.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Check_ServerAsAWhole_Serving()
    {
        await using EchoServer server = await EchoServer.StartAsync();

        HealthCheckResponse response = await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest());

        Assert.Equal(ServingStatus.Serving, response.Status);
    }

    [Fact]
    public async Task Check_UnknownService_NotFound()
    {
        await using EchoServer server = await EchoServer.StartAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
            await new Health.HealthClient(server.Channel).CheckAsync(new HealthCheckRequest { Service = "none" }));

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Check_CheckBecomesUnhealthy_NotServing()
    {
        HealthStatus status = HealthStatus.Degraded;
        await using EchoServer server = await EchoServer.StartAsync(builder =>
            builder.Services.AddHealthChecks().AddCheck("database", () => new HealthCheckResult(status)));
        var client = new Health.HealthClient(server.Channel);

        HealthCheckResponse degraded = await client.CheckAsync(new HealthCheckRequest());
        status = HealthStatus.Unhealthy;
        HealthCheckResponse unhealthy = await client.CheckAsync(new HealthCheckRequest());

        Assert.Equal(ServingStatus.Serving, degraded.Status);
        Assert.Equal(ServingStatus.NotServing, unhealthy.Status);
    }

    [Fact]
    public async Task Check_ServiceMappedToATag_OnlyThatTagCounts()
    {
        await using EchoServer server = await EchoServer.StartAsync(builder => builder.Services
            .AddGrpcHealthChecks(options => options.Services.Map("live", check => check.Tags.Contains("live")))
            .AddCheck("self", () => HealthCheckResult.Healthy(), ["live"])
            .AddCheck("broken", () => HealthCheckResult.Unhealthy()));
        var client = new Health.HealthClient(server.Channel);

        HealthCheckResponse live = await client.CheckAsync(new HealthCheckRequest { Service = "live" });
        HealthCheckResponse all = await client.CheckAsync(new HealthCheckRequest());

        Assert.Equal(ServingStatus.Serving, live.Status);
        Assert.Equal(ServingStatus.NotServing, all.Status);
    }

    [Fact]
    public async Task Watch_UnknownService_StaysOpenWithServiceUnknown()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> call =
            new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest { Service = "none" });

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));
        Assert.Equal(ServingStatus.ServiceUnknown, call.ResponseStream.Current.Status);
        Assert.False(call.ResponseStream.MoveNext().IsCompleted);
    }

    [Fact]
    public async Task Watch_ChecksChange_NewStatusArrives()
    {
        HealthStatus status = HealthStatus.Healthy;
        await using EchoServer server = await EchoServer.StartAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddCheck("database", () => new HealthCheckResult(status));
            builder.Services.Configure<HealthCheckPublisherOptions>(options =>
            {
                options.Delay = TimeSpan.FromMilliseconds(100);
                options.Period = TimeSpan.FromSeconds(1);
            });
        });
        using AsyncServerStreamingCall<HealthCheckResponse> call =
            new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest());
        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));
        Assert.Equal(ServingStatus.Serving, call.ResponseStream.Current.Status);

        status = HealthStatus.Unhealthy;

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));
        Assert.Equal(ServingStatus.NotServing, call.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task Watch_ServerStops_NotServingThenEnd()
    {
        await using EchoServer server = await EchoServer.StartAsync();
        using AsyncServerStreamingCall<HealthCheckResponse> call =
            new Health.HealthClient(server.Channel).Watch(new HealthCheckRequest());
        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));

        Task stopping = server.StopAsync();

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));
        Assert.Equal(ServingStatus.NotServing, call.ResponseStream.Current.Status);
        Assert.False(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));
        await stopping.WaitAsync(Deadlines.Soon);
    }
}
