using EasyQuant.Contracts.Run.V1;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>Renews all leases every third of their length, and stops runs whose lease can no longer be trusted before anybody else may claim them.</summary>
internal sealed partial class LeaseKeeper(
    DispatchService.DispatchServiceClient dispatch, ActiveRuns runs, RunnerIdentity identity, LeaseClock leases, TimeProvider time, ILogger<LeaseKeeper> logger)
    : BackgroundService
{
    private const int LeasesMax = 1_000;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long renewed = time.GetTimestamp();
        Task renewing = Task.CompletedTask;
        try
        {
            while (true)
            {
                await Task.Delay(s_tick, time, stoppingToken);
                ActiveRun[] active = [.. runs.All];
                foreach (ActiveRun run in active.Where(leases.HasEnded))
                {
                    if (run.Cause != StopCause.Lost)
                    {
                        LogSelfStop(run.RunId, run.Epoch);
                        runs.Drop(run);
                        run.Stop(StopCause.Lost);
                    }
                }

                active = [.. active.Where(r => r.Cause != StopCause.Lost)];
                if (active.Length > 0 && renewing.IsCompleted && time.GetElapsedTime(renewed) >= active.Min(r => r.Claimed.Lease.ToTimeSpan()) / 3)
                {
                    renewed = time.GetTimestamp();
                    renewing = RenewAsync(active, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await renewing;
        }
    }

    private async Task RenewAsync(ActiveRun[] active, CancellationToken cancellationToken)
    {
        try
        {
            foreach (ActiveRun[] part in active.Chunk(LeasesMax))
            {
                var request = new RenewLeasesRequest { WorkerId = identity.WorkerId };
                request.Leases.AddRange(part.Select(r => new LeaseKey { RunId = r.RunId, Epoch = r.Epoch }));
                long sent = time.GetTimestamp();
                DateTime deadline = time.GetUtcNow().UtcDateTime + part.Min(r => r.Claimed.Lease.ToTimeSpan()) / 2;
                RenewLeasesResponse answer = await dispatch.RenewLeasesAsync(
                    request, new CallOptions(CallProject.Headers("default", "service:runner"), deadline, cancellationToken));
                for (int i = 0; i < part.Length && i < answer.Answers.Count; i++)
                {
                    ActiveRuns.Obey(part[i], answer.Answers[i]);
                    if (!answer.Answers[i].Lost)
                    {
                        leases.Renewed(part[i], sent);
                    }
                    else if (!part[i].IsEnding)
                    {
                        LogLost(part[i].RunId, part[i].Epoch);
                    }
                }
            }
        }
        catch (RpcException e)
        {
            LogRenewFailed(e, active.Length, e.StatusCode);
        }
    }

    [LoggerMessage(2011, LogLevel.Warning, "Run {RunId}: the lease of epoch {Epoch} could not be renewed in time; the run stops here.")]
    private partial void LogSelfStop(string runId, long epoch);

    [LoggerMessage(2012, LogLevel.Warning, "Run {RunId}: the lease of epoch {Epoch} is lost; the run stops here.")]
    private partial void LogLost(string runId, long epoch);

    [LoggerMessage(2013, LogLevel.Warning, "{RunCount} leases could not be renewed ({Status}); it is tried again.")]
    private partial void LogRenewFailed(Exception exception, int runCount, StatusCode status);
}
