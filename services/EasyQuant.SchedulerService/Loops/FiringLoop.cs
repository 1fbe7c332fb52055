using EasyQuant.SchedulerService.Schedules;
using EasyQuant.SchedulerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.SchedulerService.Loops;

/// <summary>Looks for due schedules and decides about their nominal times. Every replica does; the database keeps them apart.</summary>
internal sealed partial class FiringLoop(
    FiringStore firings, DispatchLoop dispatch, IOptions<SchedulerOptions> options, ILogger<FiringLoop> logger) : BackgroundService
{
    private const int RoundsMax = 1_000;

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
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                for (int round = 0; round < RoundsMax && await firings.FireNextAsync(stoppingToken) is { } report; round++)
                {
                    Tell(report);
                }

                await _pace.WaitAsync(options.Value.TickInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: what was not decided stays due, and the next round takes it.
                LogRoundFailed(exception);
                await Task.Delay(options.Value.TickInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell(FiringReport report)
    {
        if (report.FiredCount > 0)
        {
            dispatch.Wake();
            LogFired(report.ScheduleName, report.ProjectId, report.FiredCount);
        }

        if (report.SkippedCount > 0)
        {
            LogSkipped(report.ScheduleName, report.ProjectId, report.SkippedCount, report.Firings.First(firing => firing.State == FiringRecord.Skipped).Decision);
        }
    }

    [LoggerMessage(3001, LogLevel.Information, "Schedule {ScheduleName} of project {ProjectId} fired {FiredCount} times.")]
    private partial void LogFired(string scheduleName, string projectId, int firedCount);

    [LoggerMessage(3002, LogLevel.Information, "Schedule {ScheduleName} of project {ProjectId} skipped {SkippedCount} times, the first as {Decision}.")]
    private partial void LogSkipped(string scheduleName, string projectId, int skippedCount, string decision);

    [LoggerMessage(3003, LogLevel.Warning, "A round of firing failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}
