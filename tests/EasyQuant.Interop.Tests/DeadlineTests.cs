using EasyQuant.Interop.Tests.Fixtures;
using EasyQuant.Interop.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Interop.Tests;

/// <summary>Deadlines and cancellation reach both sides.</summary>
public sealed class DeadlineTests(EchoServerFixture fixture) : IClassFixture<EchoServerFixture>
{
    private readonly EchoServer _server = fixture.Server;
    private readonly string _key = Guid.NewGuid().ToString();

    [Fact]
    public async Task Deadline_Passes_ClientAndHandlerSeeIt()
    {
        await _server.Client.UnaryAsync(new EchoRequest { Text = "connect" });

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Client.UnaryAsync(
            new EchoRequest { Text = "wait:" + _key }, deadline: DateTime.UtcNow.AddSeconds(1)));
        DateTime seen = await _server.State.Cancelled(_key).Task.WaitAsync(Deadlines.Soon);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal(DateTimeKind.Utc, seen.Kind);
        Assert.NotEqual(DateTime.MaxValue, seen);
    }

    [Fact]
    public async Task Deadline_InThePast_FailsAtOnce()
    {
        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await _server.Client.UnaryAsync(
            new EchoRequest { Text = "wait:" + _key }, deadline: DateTime.UtcNow.AddSeconds(-1)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Empty(error.Status.Detail);
    }

    [Fact]
    public async Task Deadline_NotUtc_Refused()
    {
        var local = DateTime.SpecifyKind(DateTime.UtcNow.AddDays(1), DateTimeKind.Local);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await _server.Client.UnaryAsync(new EchoRequest { Text = "a" }, deadline: local));

        Assert.Equal(
            "Deadline must have a kind DateTimeKind.Utc or be equal to DateTime.MaxValue or DateTime.MinValue.", error.Message);
    }

    [Fact]
    public async Task Cancel_RunningCall_HandlerSeesItWithoutDeadline()
    {
        using var cancel = new CancellationTokenSource();
        using AsyncUnaryCall<EchoReply> call = _server.Client.UnaryAsync(
            new EchoRequest { Text = "wait:" + _key }, cancellationToken: cancel.Token);
        await _server.State.Entered(_key).Task.WaitAsync(Deadlines.Soon);

        await cancel.CancelAsync();

        RpcException error = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Equal("Call canceled by the client.", error.Status.Detail);
        Assert.Equal(DateTime.MaxValue, await _server.State.Cancelled(_key).Task.WaitAsync(Deadlines.Soon));
    }

    [Fact]
    public async Task Dispose_RunningCall_HandlerIsCancelled()
    {
        using (_server.Client.UnaryAsync(new EchoRequest { Text = "wait:" + _key }))
        {
            await _server.State.Entered(_key).Task.WaitAsync(Deadlines.Soon);
        }

        Assert.Equal(DateTime.MaxValue, await _server.State.Cancelled(_key).Task.WaitAsync(Deadlines.Soon));
    }

    [Fact]
    public async Task Cancel_ChannelThrowsOperationCanceled_ExceptionOfDotnet()
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(
            _server.Address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
        using var cancel = new CancellationTokenSource();
        using AsyncUnaryCall<EchoReply> call = new Echo.EchoClient(channel).UnaryAsync(
            new EchoRequest { Text = "wait:" + _key }, cancellationToken: cancel.Token);
        await _server.State.Entered(_key).Task.WaitAsync(Deadlines.Soon);

        await cancel.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await call);
    }
}
