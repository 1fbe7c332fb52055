using EasyQuant.Contracts.Run.V1;
using EasyQuant.Messaging;
using EasyQuant.Persistence.Faults;
using EasyQuant.RunnerService.Grpc.Execution;
using EasyQuant.RunnerService.Grpc.Monitoring;
using EasyQuant.RunnerService.Processes;
using EasyQuant.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>
/// Claims runs and starts them: when a hint came, when a run has ended and more may be waiting, and every few seconds in any case, because hints may be
/// lost or the broker down. At shutdown it lets running runs end for a while and gives the others back.
/// Failpoints: <c>runner.claim.after</c> (runs granted, the hint not acknowledged), <c>runner.hint.before-ack</c>.
/// </summary>
internal sealed partial class RunClaimer(
    DispatchService.DispatchServiceClient dispatch,
    ActiveRuns runs,
    RunExecutor executor,
    RunnerIdentity identity,
    LivingWorkers living,
    LeaseClock leases,
    LoadGuard guard,
    AbandonedNodes abandoned,
    IOptions<RunnerOptions> options,
    TimeProvider time,
    ILogger<RunClaimer> logger) : BackgroundService
{
    private const int ClaimMax = 100;
    private const int HeldMax = 1_000;
    private static readonly TimeSpan s_hintWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_claimMax = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];
    private readonly SlotShare _share = new();
    private TaskCompletionSource _round = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _hintedRun = "";
    // Set from a claim whose answer did not come until one whose answer came: runs may have been granted meanwhile.
    private bool _mayHaveMissed;
    private long? _stuckSince;

    /// <summary>Handles a hint of the work queue: acknowledged once a claim has been made that could include the run.</summary>
    public async Task<MessageVerdict> HintAsync(IncomingMessage message, CancellationToken cancellationToken)
    {
        RunReady ready;
        try
        {
            ready = RunReady.Parser.ParseFrom(message.Body.Span);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return MessageVerdict.Reject;
        }

        Task round;
        lock (_gate)
        {
            round = _round.Task;
        }

        _hintedRun = ready.RunId;
        Wake();

        // A message is only a hint: when we are full for long, others and the next poll find the run.
        await Task.WhenAny(round, Task.Delay(s_hintWait, time, cancellationToken));
        Failpoints.Hit("runner.hint.before-ack");
        return MessageVerdict.Ack;
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        guard.IsDraining = true;
        await base.StopAsync(cancellationToken);
        Task[] left = Running();
        if (left.Length > 0)
        {
            LogDraining(left.Length);
            await Task.WhenAny(Task.WhenAll(left), Task.Delay(options.Value.DrainTimeout, time, cancellationToken));
        }

        abandoned.Stop();
        foreach (ActiveRun run in runs.All)
        {
            run.Stop(StopCause.Shutdown);
        }

        await Task.WhenAny(Task.WhenAll(Running()), Task.Delay(TimeSpan.FromSeconds(5), time, cancellationToken));
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        runs.SlotFreed = Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            int free = Math.Min(ClaimMax, options.Value.MaxConcurrentRuns - runs.BusyCount);
            bool mayHaveMore = false;
            if (free > 0 && guard.Refusal().Length == 0)
            {
                TaskCompletionSource round;
                lock (_gate)
                {
                    // Hints that come from now on wait for the next round.
                    round = _round;
                    _round = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                mayHaveMore = await ClaimAsync(free) == free;
                round.TrySetResult();
            }

            EndIfStuck();
            if (!mayHaveMore || options.Value.MaxConcurrentRuns - runs.BusyCount <= 0)
            {
                try
                {
                    await _wake.WaitAsync(options.Value.PollInterval, stoppingToken);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    // When nodes that were given up hold all slots, nothing can be done here any more, and only the end of the process ends them.
    private void EndIfStuck()
    {
        if (!abandoned.HoldAllSlots || runs.ExecutingCount > 0)
        {
            _stuckSince = null;
            return;
        }

        _stuckSince ??= time.GetTimestamp();
        if (time.GetElapsedTime(_stuckSince.Value) >= options.Value.CancelGrace)
        {
            LogStuck(runs.AbandonedCount);
            throw new InvalidOperationException($"{abandoned.Refusal}.");
        }
    }

    // Not cancelled by a shutdown: what was granted while nobody listened any more would wait for the end of its lease. What comes that late is given back with the rest.
    private async Task<int> ClaimAsync(int free)
    {
        try
        {
            string hinted = Interlocked.Exchange(ref _hintedRun, "");
            long sent = time.GetTimestamp();
            var request = new ClaimRunsRequest
            {
                WorkerId = identity.WorkerId, MaxCount = free, BesideItems = _share.Next(free, runs.WaitingCount), RunId = hinted, WorkerName = identity.Name, Region = options.Value.Region, Labels = { options.Value.Labels },
            };
            IReadOnlyList<(string RunId, long Epoch)> dropped = [.. runs.Dropped.Take(HeldMax)];
            request.Dropped = ToWire(dropped);
            IReadOnlyList<string> dead = living.Dead();
            request.DeadWorkers.Add(dead);
            IReadOnlyList<(string RunId, long Epoch)> held = runs.Held;
            if (held.Count <= HeldMax)
            {
                request.Held = ToWire(held);
                request.ReleaseUnheld = _mayHaveMissed;
            }

            ClaimRunsResponse answer = await dispatch.ClaimRunsAsync(
                request,
                new CallOptions(CallProject.Headers("default", "service:runner"), time.GetUtcNow().UtcDateTime + s_claimMax, CancellationToken.None));
            if (answer.Runs.Count > 0)
            {
                Failpoints.Hit("runner.claim.after");
            }

            _mayHaveMissed &= !request.ReleaseUnheld;
            runs.Forget(dropped);
            living.Told(dead);
            foreach (ClaimedRun claimed in answer.Runs)
            {
                Start(new ActiveRun(claimed, leases.TrustedUntil(sent, claimed.Lease.ToTimeSpan())));
            }

            return answer.Runs.Count;
        }
        catch (RpcException e)
        {
            _mayHaveMissed = true;
            LogClaimFailed(e, e.StatusCode);
            return 0;
        }
        catch (FailpointException)
        {
            // As when the answer is lost.
            _mayHaveMissed = true;
            return 0;
        }
    }

    private static HeldLeases ToWire(IReadOnlyList<(string RunId, long Epoch)> leases) =>
        new() { Leases = { leases.Select(lease => new LeaseKey { RunId = lease.RunId, Epoch = lease.Epoch }) } };

    private void Start(ActiveRun run)
    {
        if (!runs.TryAdd(run))
        {
            return;
        }

        Task task = Task.Run(() => ExecuteAsync(run), CancellationToken.None);
        lock (_gate)
        {
            _running.RemoveAll(t => t.IsCompleted);
            _running.Add(task);
        }
    }

    private async Task ExecuteAsync(ActiveRun run)
    {
        try
        {
            await executor.ExecuteAsync(run);
        }
        catch (Exception e)
        {
            // Outermost frame of a run: its lease runs out and someone claims it again.
            LogExecutionBroken(e, run.RunId);
        }
        finally
        {
            runs.Remove(run);
            Wake();
        }
    }

    private Task[] Running()
    {
        lock (_gate)
        {
            return [.. _running.Where(t => !t.IsCompleted)];
        }
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Woken already.
        }
    }

    [LoggerMessage(2021, LogLevel.Warning, "Runs could not be claimed ({Status}); it is tried again.")]
    private partial void LogClaimFailed(Exception exception, StatusCode status);

    [LoggerMessage(2022, LogLevel.Error, "Run {RunId} broke in the Runner itself; it is claimed again when its lease has ended.")]
    private partial void LogExecutionBroken(Exception exception, string runId);

    [LoggerMessage(2024, LogLevel.Critical, "{Count} nodes that ignore their cancel hold all slots; the Runner ends, so that it is started again.")]
    private partial void LogStuck(int count);

    [LoggerMessage(2023, LogLevel.Information, "Shutting down: {RunCount} runs may go on for a while, then they are given back.")]
    private partial void LogDraining(int runCount);
}
