using EasyQuant.Gateway.Auth;
using EasyQuant.ServiceDefaults.Errors;
using EasyQuant.Services.Tests.Gateway.Probes;
using Grpc.Core;
using Grpc.Health.V1;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>gRPC through the Gateway with the official client.</summary>
public sealed class GrpcProxyTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(4);

    private Metadata Headers => new() { { "authorization", $"Bearer {fixture.Host.Key}" } };

    [Fact]
    public async Task Unary_WithAKey_ReachesTheServiceWithItsProject()
    {
        ProbeReply reply = await Client().GetProbeAsync(new Probe { Name = "中", Number = 5 }, Options());

        Assert.Equal("中", reply.Echo.Name);
        Assert.Equal("default", reply.Headers["x-easyquant-project"]);
        Assert.StartsWith("key:", reply.Headers["x-easyquant-actor"], StringComparison.Ordinal);
        Assert.False(reply.Headers.ContainsKey("authorization"));
        Assert.False(reply.Headers.ContainsKey("x-forwarded-for"));
    }

    [Fact]
    public async Task Failure_WithDetails_PassesUnchanged()
    {
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => Client().ReadFailureAsync(new Probe { Name = "RICH" }, Options()).ResponseAsync);

        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal(("PERIOD_EMPTY", "The period is empty.", "0"), (error.Reason, error.Message, error.Metadata["days"]));
    }

    [Fact]
    public async Task Refusal_OfTheGateway_HasTheSameShape()
    {
        string key = fixture.Host.Keys.Add("default", null, false, KeyScope.Run);
        RpcException exception = await Assert.ThrowsAsync<RpcException>(
            () => Client().GetProbeAsync(new Probe(), new CallOptions(new Metadata { { "x-api-key", key } })).ResponseAsync);

        Assert.Equal(StatusCode.PermissionDenied, exception.StatusCode);
        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal(("SCOPE_MISSING", "read"), (error.Reason, error.Metadata["scope"]));
    }

    [Fact]
    public async Task Stream_OfTheServer_ArrivesMessageByMessage()
    {
        using AsyncServerStreamingCall<WatchProbeReply> call = Client().WatchProbe(new WatchProbeRequest { Name = "x", Count = 200 }, Options());
        var sequences = new List<long>();
        await foreach (WatchProbeReply reply in call.ResponseStream.ReadAllAsync())
        {
            sequences.Add(reply.Event.Sequence);
        }

        Assert.Equal(Enumerable.Range(1, 200).Select(i => (long)i), sequences);
    }

    [Fact]
    public async Task Stream_WhoseServiceGoesAway_IsUnavailableAfterWhatCame()
    {
        using AsyncServerStreamingCall<WatchProbeReply> call = Client().WatchProbe(new WatchProbeRequest { Name = "torn", Count = 3 }, Options());
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        }

        fixture.Host.Backend.Tear.SetResult();
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.True(RpcError.TryRead(exception, out RpcError? error));
        Assert.Equal("SERVICE_UNAVAILABLE", error.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_GatewayOrServiceStops_EndsAtOnceAndSaysSo(bool isGateway)
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        var options = new CallOptions(new Metadata { { "x-api-key", host.Key } });
        using AsyncServerStreamingCall<WatchProbeReply> call = new ProbeService.ProbeServiceClient(host.Channel).WatchProbe(
            new WatchProbeRequest { Name = "endless", Count = 1 }, options);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));

        // A shutdown that waits for the stream aborts its connection in the end, which no reason comes through.
        Task stopped = host.StopAsync(isGateway);
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        await stopped;
        Assert.True(RpcError.TryRead(exception, out RpcError? error), $"{exception}");
        Assert.Equal((StatusCode.Unavailable, "SERVICE_STOPPING"), (exception.StatusCode, error.Reason));
    }

    [Fact]
    public async Task Stream_ThatTheCallerCancels_IsCancelledInTheService()
    {
        await using GatewayHost host = await GatewayHost.StartAsync();
        var options = new CallOptions(new Metadata { { "x-api-key", host.Key } });
        using (AsyncServerStreamingCall<WatchProbeReply> call = new ProbeService.ProbeServiceClient(host.Channel).WatchProbe(
            new WatchProbeRequest { Name = "endless", Count = 1 }, options))
        {
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        }

        await host.Backend.WatchCancelled.Task.WaitAsync(s_deadline);
    }

    [Theory]
    [InlineData(4 * 1024 * 1024 - 100, null)]
    [InlineData(4 * 1024 * 1024 + 1, "The message has 4194310 bytes, more than 4194304.")]
    [InlineData(12 * 1024 * 1024, "The message has 12582917 bytes, more than 4194304.")]
    public async Task Message_LargerThanTheLimit_IsRefused(int blobBytes, string? detail)
    {
        // A failure has no large answer, which would meet the client's own limit.
        var probe = new Probe { Name = "NotFound", Blob = Google.Protobuf.ByteString.CopyFrom(new byte[blobBytes - 10]) };
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => Client().ReadFailureAsync(probe, Options()).ResponseAsync);

        Assert.Equal(detail is null ? StatusCode.NotFound : StatusCode.ResourceExhausted, exception.StatusCode);
        if (detail is not null)
        {
            Assert.True(RpcError.TryRead(exception, out RpcError? error));
            Assert.Equal(("BODY_TOO_LARGE", detail), (error.Reason, error.Message));
        }
    }

    [Fact]
    public async Task Deadline_OfTheCaller_IsKept()
    {
        CallOptions options = new(Headers, DateTime.UtcNow.AddMilliseconds(300));
        RpcException exception = await Assert.ThrowsAsync<RpcException>(() => Client().ReadFailureAsync(new Probe { Name = "SLEEP" }, options).ResponseAsync.WaitAsync(s_deadline));

        Assert.Equal(StatusCode.DeadlineExceeded, exception.StatusCode);
    }

    [Fact]
    public async Task Service_ThatIsNotThere_IsUnavailable()
    {
        using HttpClient client = new() { BaseAddress = fixture.Host.GrpcAddress, Timeout = s_deadline };
        using HttpResponseMessage response = await AuthMatrixTests.CallAsync(client, "/easyquant.market.v1.MarketService/ListBars", fixture.Host.Key);

        Assert.Equal("14", AuthMatrixTests.GrpcStatusOf(response));
    }

    [Fact]
    public async Task Health_OverGrpc_NeedsNoKey()
    {
        HealthCheckResponse response = await new Health.HealthClient(fixture.Host.Channel).CheckAsync(new HealthCheckRequest(), new CallOptions(deadline: DateTime.UtcNow + s_deadline));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, response.Status);
    }

    private ProbeService.ProbeServiceClient Client() => new(fixture.Host.Channel);

    private CallOptions Options() => new(Headers, DateTime.UtcNow + s_deadline);
}
