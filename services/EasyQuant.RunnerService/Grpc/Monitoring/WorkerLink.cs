using EasyQuant.Contracts.Worker.V1;
using EasyQuant.Flow;
using EasyQuant.RunnerService.Grpc.Dispatch;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Keeps one outgoing stream to the Monitor: registers, sends heartbeats with the load, obeys drain and resume. Reconnects with growing pauses.</summary>
internal sealed partial class WorkerLink(
    WorkerService.WorkerServiceClient monitor,
    RunnerIdentity identity,
    RunClaimer claimer,
    ActiveRuns runs,
    NodeCatalog catalog,
    IOptions<RunnerOptions> options,
    TimeProvider time,
    ILogger<WorkerLink> logger) : BackgroundService
{
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_acceptTimeout = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(500);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await ConnectAsync(stoppingToken))
                {
                    pause = TimeSpan.FromMilliseconds(500);
                }
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or TimeoutException or OperationCanceledException)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                LogBroken(e, pause.TotalMilliseconds);
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        }
    }

    private async Task<bool> ConnectAsync(CancellationToken stoppingToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call =
            monitor.Connect(new CallOptions(CallProject.Headers("default", "service:runner"), cancellationToken: CancellationToken.None));
        await call.RequestStream.WriteAsync(new ConnectRequest { Registration = Registration() }, stoppingToken);
        if (!await call.ResponseStream.MoveNext(stoppingToken).WaitAsync(s_acceptTimeout, time, stoppingToken)
            || call.ResponseStream.Current.KindCase != ConnectResponse.KindOneofCase.Accepted)
        {
            return false;
        }

        WorkerAccepted accepted = call.ResponseStream.Current.Accepted;
        LogAccepted(identity.Name, accepted.Epoch);
        Task listening = ListenAsync(call.ResponseStream, ended);
        try
        {
            TimeSpan interval = accepted.HeartbeatInterval?.ToTimeSpan() is { Ticks: > 0 } asked ? asked : TimeSpan.FromSeconds(5);
            var load = new ProcessLoad(runs, time);
            while (!ended.IsCancellationRequested)
            {
                await call.RequestStream.WriteAsync(new ConnectRequest { Heartbeat = load.Measure() }, ended.Token);
                await Task.Delay(interval, time, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (stoppingToken.IsCancellationRequested)
            {
                using var farewell = new CancellationTokenSource(TimeSpan.FromSeconds(2));
                await call.RequestStream.WriteAsync(new ConnectRequest { Goodbye = new WorkerGoodbye { Cause = "shutdown" } }, farewell.Token);
                await call.RequestStream.CompleteAsync().WaitAsync(farewell.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            call.Dispose();
            await listening;
        }

        return true;
    }

    private async Task ListenAsync(IAsyncStreamReader<ConnectResponse> responses, CancellationTokenSource ended)
    {
        try
        {
            while (await responses.MoveNext(ended.Token))
            {
                switch (responses.Current.KindCase)
                {
                    case ConnectResponse.KindOneofCase.Drain:
                        claimer.IsDraining = true;
                        LogDrain(identity.Name);
                        break;
                    case ConnectResponse.KindOneofCase.Resume:
                        claimer.IsDraining = false;
                        LogResume(identity.Name);
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // The stream is over; the caller connects again.
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
            Labels = { options.Value.Labels },
            Capacity = options.Value.MaxConcurrentRuns,
        };
        registration.NodeTypes.AddRange(catalog.Definitions.Select(d => d.Type));
        return registration;
    }

    [LoggerMessage(2061, LogLevel.Information, "Worker {Name} is registered with the Monitor under epoch {Epoch}.")]
    private partial void LogAccepted(string name, long epoch);

    [LoggerMessage(2062, LogLevel.Warning, "The stream to the Monitor broke; the next attempt follows in {PauseMs} ms.")]
    private partial void LogBroken(Exception exception, double pauseMs);

    [LoggerMessage(2063, LogLevel.Information, "Worker {Name} drains: it claims no more runs.")]
    private partial void LogDrain(string name);

    [LoggerMessage(2064, LogLevel.Information, "Worker {Name} claims runs again.")]
    private partial void LogResume(string name);
}
