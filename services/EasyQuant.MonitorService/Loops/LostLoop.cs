using EasyQuant.MonitorService.Pool;
using EasyQuant.MonitorService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.MonitorService.Loops;

/// <summary>Finds silent workers and deletes old load samples. Every replica does; the database keeps them apart.</summary>
internal sealed partial class LostLoop(
    WorkerStore store, LoadStore loads, IOptions<MonitorOptions> options, TimeProvider time, ILogger<LostLoop> logger) : BackgroundService
{
    private static readonly TimeSpan s_purgeInterval = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan interval = TimeSpan.FromTicks(Math.Min(options.Value.LostAfter.Ticks / 4, TimeSpan.FromSeconds(1).Ticks));
        long lastPurge = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (WorkerRecord worker in await store.MarkLostAsync(options.Value.LostAfter, stoppingToken))
                {
                    LogLost(worker.Registration.Name, worker.ProjectId, worker.Registration.Host, worker.HeartbeatTime);
                }

                if (time.GetElapsedTime(lastPurge) >= s_purgeInterval)
                {
                    int count = await loads.PurgeAsync(options.Value.LoadRetention, stoppingToken);
                    lastPurge = count == 0 ? time.GetTimestamp() : lastPurge;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: who is silent stays silent, and the next round finds it.
                LogRoundFailed(exception);
            }

            await Task.Delay(interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(5021, LogLevel.Warning, "Worker {Name} of project {ProjectId} on {Host} is lost; it was last heard of at {HeartbeatTime}.")]
    private partial void LogLost(string name, string projectId, string host, DateTimeOffset heartbeatTime);

    [LoggerMessage(5022, LogLevel.Warning, "A round of looking for lost workers failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}
