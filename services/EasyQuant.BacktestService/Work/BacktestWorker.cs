using EasyQuant.BacktestSandbox;
using EasyQuant.BacktestSandbox.Computing;
using EasyQuant.BacktestService.Sandbox;
using EasyQuant.BacktestService.Storage;
using EasyQuant.Persistence;
using EasyQuant.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;

namespace EasyQuant.BacktestService.Work;

/// <summary>
/// Computes backtests and sweeps in a bounded number of slots. Ownership is a lease with an epoch in PostgreSQL: what a killed process held is
/// claimed again after the lease; what this process cannot finish before it stops goes back to the queue.
/// </summary>
internal sealed partial class BacktestWorker(
    LeaseStore store,
    JobContext context,
    RunningBacktests running,
    IOptions<BacktestServiceOptions> options,
    ILogger<BacktestWorker> logger) : BackgroundService
{
    private static readonly TimeSpan s_releaseDeadline = TimeSpan.FromSeconds(8);
    private readonly BacktestServiceOptions _options = options.Value;

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int slots = _options.SlotCount > 0 ? _options.SlotCount : Math.Max(1, Environment.ProcessorCount / 2);
        return Task.WhenAll(Enumerable.Range(0, slots).Select(_ => Task.Run(() => RunSlotAsync(stoppingToken), stoppingToken)));
    }

    private async Task RunSlotAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await store.ClaimAsync(_options.LeaseDuration, stoppingToken) is { } lease)
                {
                    await RunLeaseAsync(lease, stoppingToken);
                    continue;
                }

                await running.WaitAsync(_options.PollInterval, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The outermost loop of the worker: the database is away, or a fault of ours; the slot lives on.
                LogSlotFailed(e);
                await Task.Delay(_options.PollInterval, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunLeaseAsync(BacktestLease lease, CancellationToken stoppingToken)
    {
        if (lease.AttemptCount > _options.AttemptCountMax)
        {
            await store.FailAsync(
                lease, "ATTEMPTS_EXHAUSTED", $"The backtest was started {_options.AttemptCountMax} times and never ended.", stoppingToken);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        running.Add(lease.BacktestId, ending);
        IJob job = lease.Kind switch
        {
            "sweep" => new SweepJob(lease, context),
            "bias_check" => new BiasJob(lease, context),
            _ => new BacktestJob(lease, context),
        };
        Task renewing = RenewAsync(lease, job, ending);
        try
        {
            bool isOurs = await job.RunAsync(ending.Token);
            LogEnded(lease.BacktestId, lease.Epoch, isOurs);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (stoppingToken.IsCancellationRequested)
            {
                using var deadline = new CancellationTokenSource(s_releaseDeadline);
                await store.ReleaseAsync(lease, deadline.Token);
            }
        }
        catch (Exception e) when (Explain(e) is { } failure)
        {
            await store.FailAsync(lease, failure.Reason, failure.Message, stoppingToken);
        }
        catch (Exception e) when (!TransientRetry.IsTransient(e))
        {
            // A fault of ours: the caller learns that it happened, the log what.
            LogFaulted(e, lease.BacktestId);
            await store.FailAsync(lease, "INTERNAL_ERROR", "The backtest ended with an internal error; the service's log has it.", stoppingToken);
        }
        finally
        {
            running.Remove(lease.BacktestId);
            await ending.CancelAsync();
            await renewing;
        }
    }

    /// <summary>Renews until the computation ends; ends the computation when the lease is lost.</summary>
    private async Task RenewAsync(BacktestLease lease, IJob job, CancellationTokenSource ending)
    {
        using var timer = new PeriodicTimer(_options.LeaseDuration / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                if (!await store.RenewAsync(lease, _options.LeaseDuration, job.Progress, ending.Token))
                {
                    LogLost(lease.BacktestId, lease.Epoch);
                    await ending.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The computation has ended.
        }
        catch (Exception e)
        {
            // The database stayed away for longer than all repetitions, so the lease is as good as lost.
            LogSlotFailed(e);
            await ending.CancelAsync();
        }
    }

    private static SandboxFault? Explain(Exception exception) => exception switch
    {
        RpcError e => new(e.Reason, e.Message),
        SandboxException e => new(e.Reason, e.Message),
        _ => FaultExplanation.Of(exception),
    };

    [LoggerMessage(4001, LogLevel.Information, "Backtest {BacktestId} ended under epoch {Epoch}; the result was stored: {IsStored}.")]
    private partial void LogEnded(Guid backtestId, long epoch, bool isStored);

    [LoggerMessage(4002, LogLevel.Warning, "Backtest {BacktestId} was taken over or cancelled; epoch {Epoch} is stale, its computation stops.")]
    private partial void LogLost(Guid backtestId, long epoch);

    [LoggerMessage(4003, LogLevel.Error, "Backtest {BacktestId} ended with an internal error.")]
    private partial void LogFaulted(Exception exception, Guid backtestId);

    [LoggerMessage(4004, LogLevel.Warning, "A backtest slot could not go on and tries again.")]
    private partial void LogSlotFailed(Exception exception);
}
