using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;

namespace EasyQuant.Interop.Tests;

/// <summary>Connecting, retries, hedging and compression.</summary>
public sealed class ChannelTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;
    private readonly string _key = Guid.NewGuid().ToString();

    [Fact]
    public async Task Connect_NobodyListens_Unavailable()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:1");

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal("Error connecting to subchannel.", error.Status.Detail);
    }

    [Fact]
    public async Task Connect_WaitForReady_WaitsUntilTheDeadline()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress("http://127.0.0.1:1");
        CallOptions options = new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(500)).WithWaitForReady();

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), options));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public void Address_TwoSchemes_Refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => GrpcChannel.ForAddress("https+http://basket"));

        Assert.Equal("No address resolver configured for the scheme 'https+http'.", error.Message);
    }

    [Fact]
    public async Task Retry_TwoFailures_ThirdAttemptAnswers()
    {
        using GrpcChannel channel = Configure(new MethodConfig
        {
            Names = { MethodName.Default },
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 4,
                InitialBackoff = TimeSpan.FromMilliseconds(20),
                MaxBackoff = TimeSpan.FromMilliseconds(100),
                BackoffMultiplier = 1.5,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        });

        EchoReply reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "flaky:" + _key });

        Assert.Equal("attempt 3 previous 2", reply.Text);
    }

    [Fact]
    public async Task Hedging_FirstAttemptHangs_SecondAnswersAndFirstIsCancelled()
    {
        using GrpcChannel channel = Configure(new MethodConfig
        {
            Names = { MethodName.Default },
            HedgingPolicy = new HedgingPolicy
            {
                MaxAttempts = 3,
                HedgingDelay = TimeSpan.FromMilliseconds(50),
                NonFatalStatusCodes = { StatusCode.Unavailable },
            },
        });

        EchoReply reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "hedge:" + _key });

        Assert.StartsWith("previous ", reply.Text, StringComparison.Ordinal);
        await _server.State.Cancelled(_key).Task.WaitAsync(Deadlines.Soon);
    }

    [Fact]
    public async Task GzipRequest_HeaderOfTheCall_ServerInflates()
    {
        EchoReply reply = await _server.Client.UnaryAsync(
            new EchoRequest { Text = "encoding:" + new string('a', 500) },
            new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        Assert.StartsWith("encoding=gzip accept=identity,gzip,deflate agent=grpc-dotnet/", reply.Text, StringComparison.Ordinal);
    }

    private GrpcChannel Configure(MethodConfig method) => GrpcChannel.ForAddress(
        _server.Address, new GrpcChannelOptions { ServiceConfig = new ServiceConfig { MethodConfigs = { method } } });
}
