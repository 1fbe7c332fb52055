using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Interop.Tests;

/// <summary>Unary calls end as they do with the official server and client.</summary>
public sealed class UnaryCallTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;

    [Fact]
    public async Task Unary_HandlerReturns_ReplyArrives()
    {
        EchoReply reply = await _server.Client.UnaryAsync(new EchoRequest { Text = "a" });

        Assert.Equal("ok:a", reply.Text);
    }

    [Fact]
    public async Task Unary_HandlerThrows_UnknownWithoutTheSecret()
    {
        RpcException error = await FailAsync("throw");

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.Equal("Exception was thrown by handler.", error.Status.Detail);
        Assert.Equal("1", error.Trailers.GetValue("x-server"));
    }

    [Fact]
    public async Task Unary_HandlerThrowsRpcException_StatusAndTrailersArriveInOrder()
    {
        RpcException error = await FailAsync("refuse");

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
        Assert.Equal("no such ☺ 不存在", error.Status.Detail);
        Assert.Equal("""Status(StatusCode="NotFound", Detail="no such ☺ 不存在")""", error.Message);
        Assert.Equal(["x-server", "why"], error.Trailers.Select(t => t.Key).Where(key => key is "x-server" or "why"));
    }

    [Fact]
    public async Task Unary_HandlerReturnsNull_Cancelled()
    {
        RpcException error = await FailAsync("null");

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Equal("No message returned from method.", error.Status.Detail);
    }

    [Fact]
    public async Task Unary_HandlerSetsStatus_StatusWinsOverReply()
    {
        RpcException error = await FailAsync("status");

        Assert.Equal(StatusCode.Aborted, error.StatusCode);
        Assert.Equal("ab", error.Status.Detail);
        Assert.Equal("[Entry: key=x-server, value=1]", Assert.Single(error.Trailers).ToString());
    }

    [Fact]
    public async Task Unary_MethodNotOverridden_UnimplementedWithoutDetail()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await _server.Client.RetiredAsync(new EchoRequest()));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Empty(error.Status.Detail);
    }

    [Fact]
    public async Task Unary_UnknownService_Unimplemented()
    {
        Method<EchoRequest, EchoReply> method = new(
            MethodType.Unary,
            "easyquant.interop.v1.Missing",
            "Unary",
            Marshallers.Create(EchoBytes.Write, EchoBytes.ReadRequest),
            Marshallers.Create(EchoBytes.WriteReply, EchoBytes.ReadReply));

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Channel.CreateCallInvoker()
            .AsyncUnaryCall(method, null, default, new EchoRequest()));

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        Assert.Equal("Service is unimplemented.", error.Status.Detail);
    }

    [Fact]
    public async Task Unary_ReplyAboveTheClientsLimit_ResourceExhausted()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = 1024, CompressionProviders = [] });

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Text = "big" }));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal("Received message exceeds the maximum configured message size.", error.Status.Detail);
    }

    [Fact]
    public async Task Unary_RequestAboveTheServersLimit_ResourceExhausted()
    {
        RpcException error = await FailAsync(new string('a', 5_000_000));

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal("Received message exceeds the maximum configured message size.", error.Status.Detail);
    }

    [Fact]
    public async Task Unary_Metadata_BothWaysWithBytes()
    {
        using AsyncUnaryCall<EchoReply> call = _server.Client.UnaryAsync(
            new EchoRequest { Text = "headers" }, new Metadata { { "X-Up", "v" }, { "b-bin", [1, 2, 255] } });
        Metadata headers = await call.ResponseHeadersAsync;
        EchoReply reply = await call;

        Assert.Equal(
            $"x-up=v b-bin=0102FF peer=ipv4 host={_server.Address.Authority} method=/easyquant.interop.v1.Echo/Unary",
            reply.Text);
        Assert.Equal("1", headers.GetValue("x-h"));
        Assert.Equal([255, 0], headers.GetValueBytes("y-bin"));
        Assert.Equal([9], call.GetTrailers().GetValueBytes("t-bin"));
        Assert.Equal("1", call.GetTrailers().GetValue("x-server"));
        Assert.Equal("""Status(StatusCode="OK", Detail="")""", call.GetStatus().ToString());
    }

    [Fact]
    public async Task GetTrailers_CallStillRuns_Refused()
    {
        string key = Guid.NewGuid().ToString();
        using (AsyncUnaryCall<EchoReply> call = _server.Client.UnaryAsync(new EchoRequest { Text = "wait:" + key }))
        {
            var error = Assert.Throws<InvalidOperationException>(call.GetTrailers);
            Assert.Equal("Can't get the call trailers because the call has not completed successfully.", error.Message);
            Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        }
    }

    [Fact]
    public void BlockingUnary_HandlerReturns_ReplyArrives() =>
        Assert.Equal("ok:a", _server.Client.Unary(new EchoRequest { Text = "a" }).Text);

    private async Task<RpcException> FailAsync(string text) => await Assert.ThrowsAsync<RpcException>(
        async () => await _server.Client.UnaryAsync(new EchoRequest { Text = text }));
}
