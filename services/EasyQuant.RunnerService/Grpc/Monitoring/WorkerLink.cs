using EasyQuant.Contracts.Worker.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Monitoring;

/// <summary>Keeps one outgoing stream to the Monitor, directly or through the Gateway. Reconnects with growing pauses.</summary>
internal sealed partial class WorkerLink(
    WorkerService.WorkerServiceClient monitor, WorkerConversation conversation, IOptions<RunnerOptions> options, TimeProvider time, ILogger<WorkerLink> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromSeconds(10);

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
            catch (Exception e) when (e is RpcException or InvalidOperationException or TimeoutException or OperationCanceledException or IOException)
            {
                if (stoppingToken.IsCancellationRequested)
                {
                    return;
                }

                if (ServerChannel.RefusalOf(e) is { } refusal)
                {
                    LogUntrusted(options.Value.Server, refusal, pause.TotalMilliseconds);
                }
                else
                {
                    LogBroken(e, pause.TotalMilliseconds);
                }
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_pauseMax ? pause * 2 : s_pauseMax;
        }
    }

    private async Task<bool> ConnectAsync(CancellationToken stoppingToken)
    {
        using AsyncDuplexStreamingCall<ConnectRequest, ConnectResponse> call = monitor.Connect(new CallOptions(Headers(), cancellationToken: CancellationToken.None));
        bool accepted = await conversation.RunAsync(new OutgoingStream(call), stoppingToken);
        using var farewell = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await call.RequestStream.CompleteAsync().WaitAsync(farewell.Token);
        return accepted;
    }

    private Metadata Headers() => options.Value.Server.Length > 0
        ? new Metadata { { "authorization", $"Bearer {options.Value.ApiKey}" } }
        : CallProject.Headers("default", "service:runner");

    [LoggerMessage(2062, LogLevel.Warning, "The stream to the Monitor broke; the next attempt follows in {PauseMs} ms.")]
    private partial void LogBroken(Exception exception, double pauseMs);

    [LoggerMessage(2066, LogLevel.Error, "The certificate of {Server} is refused: {Why} Name the PEM file of its authority with --ca; the next attempt follows in {PauseMs} ms.")]
    private partial void LogUntrusted(string server, string why, double pauseMs);
}
