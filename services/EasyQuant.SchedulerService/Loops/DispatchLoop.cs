using EasyQuant.SchedulerService.Grpc;
using EasyQuant.SchedulerService.Schedules;
using EasyQuant.SchedulerService.Storage;
using Microsoft.Extensions.Options;

namespace EasyQuant.SchedulerService.Loops;

/// <summary>Creates the runs of fired nominal times at the Workflow service, again and again until it answers; cancels what is to be cancelled.</summary>
internal sealed partial class DispatchLoop(
    DispatchStore dispatch, RunTrackStore track, RunStarter starter, IOptions<SchedulerOptions> options, ILogger<DispatchLoop> logger)
    : BackgroundService
{
    private readonly Pace _pace = new();

    /// <summary>Makes the loop look at once.</summary>
    public void Wake() => _pace.Wake();

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
                int count = await StartRunsAsync(stoppingToken);
                await CancelRunsAsync(stoppingToken);
                if (count < options.Value.DispatchBatchMax)
                {
                    await _pace.WaitAsync(options.Value.DispatchInterval, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Outermost loop of the worker: a firing without a run stays pending, and a later round takes it.
                LogRoundFailed(exception);
                await Task.Delay(options.Value.DispatchInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> StartRunsAsync(CancellationToken cancellationToken)
    {
        List<FiringRecord> claimed = await dispatch.ClaimAsync(options.Value.DispatchBatchMax, options.Value.DispatchLease, cancellationToken);
        foreach (IGrouping<string, FiringRecord> project in claimed.GroupBy(firing => firing.ProjectId))
        {
            IReadOnlyList<StartOutcome> outcomes = await starter.StartAsync(project.Key, [.. project], cancellationToken);
            await dispatch.SaveAsync(outcomes, options.Value.DispatchRetryDelayMax, cancellationToken);
            foreach (StartOutcome outcome in outcomes.Where(outcome => outcome.RunId.Length == 0))
            {
                FiringRecord firing = project.First(firing => firing.RequestId == outcome.RequestId);
                if (outcome.IsFinal)
                {
                    await track.RecordRejectedAsync(outcome.RequestId, outcome.Error, cancellationToken);
                    LogRejected(firing.ScheduleName, firing.NominalTime, outcome.Error);
                }
                else
                {
                    LogPostponed(firing.ScheduleName, firing.NominalTime, firing.AttemptCount, outcome.Error);
                }
            }
        }

        return claimed.Count;
    }

    private async Task CancelRunsAsync(CancellationToken cancellationToken)
    {
        foreach (FiringRecord firing in await dispatch.ListCancelsAsync(options.Value.DispatchBatchMax, cancellationToken))
        {
            if (await starter.CancelAsync(firing, cancellationToken))
            {
                await dispatch.SaveCancelAsync(firing.RequestId, cancellationToken);
            }
        }
    }

    [LoggerMessage(3011, LogLevel.Error, "The run of schedule {ScheduleName} for {NominalTime} was refused for good: {Error}")]
    private partial void LogRejected(string scheduleName, DateTimeOffset nominalTime, string error);

    [LoggerMessage(3012, LogLevel.Warning, "The run of schedule {ScheduleName} for {NominalTime} could not be created at attempt {AttemptCount} and is tried again: {Error}")]
    private partial void LogPostponed(string scheduleName, DateTimeOffset nominalTime, int attemptCount, string error);

    [LoggerMessage(3013, LogLevel.Warning, "A round of creating runs failed; the next one starts soon.")]
    private partial void LogRoundFailed(Exception exception);
}
