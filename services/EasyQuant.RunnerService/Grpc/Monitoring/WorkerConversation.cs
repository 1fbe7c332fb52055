using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.RunnerService.Processes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>What a worker says over its stream: registers, heartbeats with its load, obeys drain and resume, asks for work when it is remote. Thread-safe.</summary>
internal sealed partial class WorkerConversation(
    RunnerIdentity identity,
    LoadGuard guard,
    WorkerUsage usage,
    ActiveRuns runs,
    NodeCatalog catalog,
    DispatchTunnel tunnel,
    IOptions<RunnerOptions> options,
    TimeProvider time,
    ILogger<WorkerConversation> logger)
{
    private static readonly TimeSpan s_acceptTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_writeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Speaks until the stream ends or the worker stops. Returns false when the platform did not accept the worker.</summary>
    public async Task<bool> RunAsync(IWorkerStream stream, CancellationToken stoppingToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var writing = new SemaphoreSlim(1, 1);
        async Task SendAsync(ConnectRequest message, CancellationToken cancellationToken)
        {
            await writing.WaitAsync(cancellationToken);
            try
            {
                // A peer that does not read must not hold the worker for ever.
                await stream.WriteAsync(message, cancellationToken).WaitAsync(s_writeTimeout, time, cancellationToken);
            }
            finally
            {
                writing.Release();
            }
        }

        await SendAsync(new ConnectRequest { Registration = Registration() }, stoppingToken);
        if ((await stream.ReadAsync(stoppingToken).WaitAsync(s_acceptTimeout, time, stoppingToken))?.Accepted is not { } accepted)
        {
            return false;
        }

        LogAccepted(identity.Name, accepted.Epoch);
        Task listening = ListenAsync(stream, ended);
        if (options.Value.IsRemote)
        {
            tunnel.Open(SendAsync, accepted.Epoch);
        }

        try
        {
            await BeatAsync(SendAsync, accepted, ended.Token);
            if (stoppingToken.IsCancellationRequested)
            {
                using var farewell = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await SendAsync(new ConnectRequest { Goodbye = new WorkerGoodbye { Cause = "shutdown" } }, farewell.Token);
            }
        }
        finally
        {
            tunnel.Close(accepted.Epoch);
            await ended.CancelAsync();
            await listening;
        }

        return true;
    }

    private async Task BeatAsync(Func<ConnectRequest, CancellationToken, Task> send, WorkerAccepted accepted, CancellationToken cancellationToken)
    {
        TimeSpan interval = accepted.HeartbeatInterval?.ToTimeSpan() is { Ticks: > 0 } asked ? asked : TimeSpan.FromSeconds(5);
        interval = options.Value.HeartbeatInterval is { } own && own < interval ? own : interval;
        var load = new ProcessLoad(runs, guard, usage, time);
        while (!cancellationToken.IsCancellationRequested)
        {
            await send(new ConnectRequest { Heartbeat = load.Measure() }, cancellationToken);
            await Task.Delay(interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(IWorkerStream stream, CancellationTokenSource ended)
    {
        try
        {
            while (await stream.ReadAsync(ended.Token) is { } message)
            {
                switch (message.KindCase)
                {
                    case ConnectResponse.KindOneofCase.Drain:
                        guard.IsDraining = true;
                        LogDrain(identity.Name);
                        break;
                    case ConnectResponse.KindOneofCase.Resume:
                        guard.IsDraining = false;
                        LogResume(identity.Name);
                        break;
                    case ConnectResponse.KindOneofCase.Answer:
                        tunnel.Take(message.Answer);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or InvalidOperationException or ObjectDisposedException or IOException)
        {
            // The stream is over; there will be another.
        }

        await ended.CancelAsync();
    }

    private WorkerRegistration Registration()
    {
        var registration = new WorkerRegistration
        {
            WorkerId = identity.WorkerId,
            Name = identity.Name,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            Version = identity.Version,
            Region = options.Value.Region,
            Capacity = options.Value.MaxConcurrentRuns,
            Labels = { options.Value.Labels },
        };
        registration.NodeTypes.AddRange(catalog.Types);
        return registration;
    }

    [LoggerMessage(2061, LogLevel.Information, "Worker {Name} is registered with the Monitor under epoch {Epoch}.")]
    private partial void LogAccepted(string name, long epoch);

    [LoggerMessage(2063, LogLevel.Information, "Worker {Name} drains: it claims no more runs.")]
    private partial void LogDrain(string name);

    [LoggerMessage(2064, LogLevel.Information, "Worker {Name} claims runs again.")]
    private partial void LogResume(string name);
}
