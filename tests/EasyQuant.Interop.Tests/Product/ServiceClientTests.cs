using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EasyQuant.Interop.Tests.Product;

/// <summary>The client that services use for each other: unary calls get a deadline and are tried again, streams are left alone.</summary>
public sealed class ServiceClientTests : IClassFixture<ProductServer>, IDisposable
{
    private readonly ProductServer _server;
    private readonly IHost _caller;
    private readonly Echo.EchoClient _client;
    private readonly string _key = Guid.NewGuid().ToString();

    public ServiceClientTests(ProductServer server)
    {
        _server = server;
        _caller = server.CreateCaller();
        _client = _caller.Services.GetRequiredService<Echo.EchoClient>();
    }

    public void Dispose() => _caller.Dispose();

    [Fact]
    public async Task Unary_UnavailableTwice_ThirdAttemptAnswers()
    {
        EchoReply reply = await _client.UnaryAsync(new EchoRequest { Text = "flaky:" + _key });

        Assert.Equal("attempt 3 previous 2", reply.Text);
    }

    [Fact]
    public async Task Unary_ServerGoesAsTheConnectionIsMade_AnotherConnectionAnswers()
    {
        await using var going = new GoingServer(_server.Address, goingCount: 2);
        using IHost caller = _server.CreateCaller(going.Address);

        EchoReply reply = await caller.Services.GetRequiredService<Echo.EchoClient>().UnaryAsync(new EchoRequest { Text = "flaky-not" });

        Assert.Equal("ok:flaky-not", reply.Text);
        Assert.InRange(going.ConnectionCount, 3, int.MaxValue);
    }

    [Fact]
    public async Task ServerStream_Unavailable_NotTriedAgain()
    {
        using AsyncServerStreamingCall<EchoReply> call = _client.ServerStream(new EchoRequest { Text = "flaky:" + _key });

        RpcException error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(2, _server.State.NextAttempt(_key));
    }

    [Fact]
    public async Task Unary_NoDeadlineGiven_GetsTheDefault()
    {
        using var cancel = new CancellationTokenSource();
        using AsyncUnaryCall<EchoReply> call = _client.UnaryAsync(new EchoRequest { Text = "wait:" + _key }, cancellationToken: cancel.Token);
        await _server.State.Entered(_key).Task.WaitAsync(Deadlines.Soon);
        DateTime latest = DateTime.UtcNow + new GrpcClientDefaults().UnaryDeadline;

        await cancel.CancelAsync();

        Assert.InRange(await _server.State.Cancelled(_key).Task.WaitAsync(Deadlines.Soon), DateTime.MinValue, latest.AddSeconds(1));
    }

    [Fact]
    public async Task Stream_NoDeadlineGiven_HasNone()
    {
        using AsyncServerStreamingCall<EchoReply> call = _client.ServerStream(new EchoRequest { Text = "deadline" });

        Assert.True(await call.ResponseStream.MoveNext().WaitAsync(Deadlines.Soon));

        Assert.Equal("none", call.ResponseStream.Current.Text);
    }

    [Fact]
    public void AddServiceClient_NotGenerated_Refused()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Configuration[ServiceDefaults.Security.InternalCredential.Setting] = new string('a', 32);

        var error = Assert.Throws<ArgumentException>(() => builder.AddServiceClient<HttpClient>("echo"));

        Assert.Contains("HttpClient", error.Message, StringComparison.Ordinal);
    }
}
