using EasyQuant.WorkflowService.Grpc;
using EasyQuant.WorkflowService.Storage.Groups;
using EasyQuant.WorkflowService.Storage.Runs;
using Microsoft.Extensions.Options;

namespace EasyQuant.WorkflowService;

/// <summary>Looks regularly for expired leases and unclaimed runs, with jitter, so that replicas spread.</summary>
internal sealed partial class SweepWorker(
    RunSweeper sweeper, StartController starts, QueueGauge gauge, RunHistoryFactory clock, TimeProvider time, IOptions<WorkflowServiceOptions> options,
    ILogger<SweepWorker> logger) : BackgroundService
{
    private readonly ILogger<SweepWorker> _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                int reapedCount = await sweeper.ReapAsync(options.Value.CrashCountMax, stoppingToken);
                if (reapedCount > 0)
                {
                    LogReaped(reapedCount);
                }

                await sweeper.FallBackAsync(clock.Now(), stoppingToken);
                await sweeper.RepeatHintsAsync(options.Value.HintAge, clock.Now(), stoppingToken);
                await starts.ReconcileAllAsync(stoppingToken);
                gauge.Set(await sweeper.CountQueuedAsync(options.Value.QueuedRunCountMax, stoppingToken));
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: the next sweep finds what this one could not take.
                LogFailed(exception);
            }

            TimeSpan wait = options.Value.SweepInterval * (0.8 + (Random.Shared.NextDouble() * 0.4));
            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1000, LogLevel.Warning, "The leases of {RunCount} runs expired; the runs are taken back.")]
    private partial void LogReaped(int runCount);

    [LoggerMessage(1001, LogLevel.Warning, "A sweep failed; the next one starts soon.")]
    private partial void LogFailed(Exception exception);
}
