using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Services.Tests.Scheduler;
using Grpc.Core;
using Grpc.Net.Client;

namespace EasyQuant.Services.Tests.Monitor;

/// <summary>A worker that speaks by hand.</summary>
internal sealed class FakeWorker : IDisposable
{
    private readonly AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> _call;

    private FakeWorker(AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call) => _call = call;

    public static WorkerRegistration Registration(string name) => new()
    {
        WorkerId = Guid.CreateVersion7().ToString(), Name = name, Host = "host-1", ProcessId = 42, Version = "1.2.3", Region = "cn-east", Capacity = 4,
        Labels = { ["disk"] = "ssd" }, NodeTypes = { "Backtest", "CsvLoader" },
    };

    public static async Task<(FakeWorker Worker, WorkerAccepted Accepted)> ConnectAsync(
        GrpcChannel channel, WorkerRegistration registration, CancellationToken cancellationToken, string project = "default")
    {
        var worker = new FakeWorker(new WorkerService.WorkerServiceClient(channel).Connect(TestService.Headers(project), cancellationToken: cancellationToken));
        await worker.SendAsync(new ConnectRequest { Registration = registration });
        return (worker, (await worker.ReceiveAsync(cancellationToken)).Accepted);
    }

    public Task SendAsync(ConnectRequest request) => _call.RequestStream.WriteAsync(request);

    public Task BeatAsync(int running = 0, double cpu = 0.25) => SendAsync(new ConnectRequest
    {
        Heartbeat = new WorkerLoad { CpuRatio = cpu, MemoryBytes = 100_000_000, RunningCount = running, SucceededCount = 5, FailedCount = 1 },
    });

    public async Task<ConnectResponse> ReceiveAsync(CancellationToken cancellationToken)
    {
        Assert.True(await _call.ResponseStream.MoveNext(cancellationToken), "The stream ended.");
        return _call.ResponseStream.Current;
    }

    /// <summary>Waits for the end of the stream by the server.</summary>
    public async Task<RpcException> EndAsync(CancellationToken cancellationToken) => await Assert.ThrowsAsync<RpcException>(async () =>
    {
        while (await _call.ResponseStream.MoveNext(cancellationToken))
        {
        }
    });

    public async Task SayGoodbyeAsync(CancellationToken cancellationToken)
    {
        await SendAsync(new ConnectRequest { Goodbye = new WorkerGoodbye { Cause = "The end." } });
        await _call.RequestStream.CompleteAsync();
        while (await _call.ResponseStream.MoveNext(cancellationToken))
        {
        }
    }

    public void Dispose() => _call.Dispose();
}
