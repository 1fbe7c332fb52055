using EasyQuant.SchedulerService.Grpc;
using EasyQuant.SchedulerService.Schedules;
using EasyQuant.SchedulerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.SchedulerService.Loops;

/// <summary>Asks for active runs whose events stay away, releases what waits, and deletes old firings.</summary>
internal sealed partial class TrackLoop(
    DispatchStore dispatch, RunTrackStore track, RunStarter starter, DispatchLoop dispatchLoop, TimeProvider time,
    IOptions<SchedulerOptions> options, ILogger<TrackLoop> logger) : BackgroundService
{
    private const int SilentMax = 100;

    private static readonly TimeSpan s_purgeInterval = TimeSpan.FromMinutes(10);

    private readonly Pace _pace = new();

    /// <inheritdoc />
    public override void Dispose()
    {
        _pace.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long lastPurge = time.GetTimestamp();
        TimeSpan interval = TimeSpan.FromTicks(Math.Min(options.Value.TrackInterval.Ticks / 3, TimeSpan.FromSeconds(5).Ticks));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _pace.WaitAsync(interval, stoppingToken);
                await AskAsync(stoppingToken);
                if (await track.ReleaseWaitingAsync(stoppingToken) > 0)
                {
                    dispatchLoop.Wake();
                }

                if (time.GetElapsedTime(lastPurge) >= s_purgeInterval)
                {
                    int count = await dispatch.PurgeAsync(options.Value.FiringRetention, stoppingToken);
                    lastPurge = count == 0 ? time.GetTimestamp() : lastPurge;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: everything here is asked again in the next round.
                LogRoundFailed(exception);
                await Task.Delay(interval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        foreach (FiringRecord firing in await dispatch.TakeSilentAsync(options.Value.TrackInterval, SilentMax, cancellationToken))
        {
            if (await starter.AskAsync(firing, cancellationToken) is { } news && await track.RecordAsync(news, cancellationToken))
            {
                dispatchLoop.Wake();
            }
        }
    }

    [LoggerMessage(3021, LogLevel.Warning, "A round of tracking runs failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}
