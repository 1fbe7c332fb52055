using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;

namespace EasyQuant.Interop.Tests;

/// <summary>The three kinds of streams.</summary>
public sealed class StreamingTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;

    [Fact]
    public async Task ServerStream_HandlerReturns_AllReplies()
    {
        using AsyncServerStreamingCall<EchoReply> call = _server.Client.ServerStream(new EchoRequest());

        Assert.Equal(["0", "1", "2"], await call.ResponseStream.ReadAllAsync().Select(r => r.Text).ToListAsync());
    }

    [Fact]
    public async Task ServerStream_HandlerFailsMidway_RepliesThenStatus()
    {
        var replies = new List<string>();
        using AsyncServerStreamingCall<EchoReply> call = _server.Client.ServerStream(new EchoRequest { Text = "break" });

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (EchoReply reply in call.ResponseStream.ReadAllAsync())
            {
                replies.Add(reply.Text);
            }
        });

        Assert.Equal(["0", "1"], replies);
        Assert.Equal(StatusCode.DataLoss, error.StatusCode);
        Assert.Equal("mid", error.Status.Detail);
        Assert.Empty(error.Trailers);
    }

    [Fact]
    public async Task ClientStream_Completed_OneReply()
    {
        using AsyncClientStreamingCall<EchoRequest, EchoReply> call = _server.Client.ClientStream();
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "a" });
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "b" });
        await call.RequestStream.CompleteAsync();

        Assert.Equal("a+b", (await call).Text);
    }

    [Fact]
    public async Task ClientStream_WriteAfterComplete_Refused()
    {
        using AsyncClientStreamingCall<EchoRequest, EchoReply> call = _server.Client.ClientStream();
        await call.RequestStream.CompleteAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => call.RequestStream.WriteAsync(new EchoRequest { Text = "b" }));

        Assert.Equal("Request stream has already been completed.", error.Message);
    }

    [Fact]
    public async Task Duplex_PingPong_ReplyToEachRequest()
    {
        using AsyncDuplexStreamingCall<EchoRequest, EchoReply> call = _server.Client.Duplex();
        foreach (string text in new[] { "x", "y" })
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal("e:" + text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Duplex_HandlerReturnsEarly_FurtherWriteSaysOk()
    {
        using AsyncDuplexStreamingCall<EchoRequest, EchoReply> call = _server.Client.Duplex();
        await call.RequestStream.WriteAsync(new EchoRequest { Text = "quit" });
        Assert.False(await call.ResponseStream.MoveNext());

        RpcException error = await Assert.ThrowsAsync<RpcException>(
            () => call.RequestStream.WriteAsync(new EchoRequest { Text = "b" }));

        Assert.Equal(StatusCode.OK, error.StatusCode);
    }
}
