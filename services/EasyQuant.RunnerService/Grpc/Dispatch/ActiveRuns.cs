using System.Collections.Concurrent;
using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>The runs under our lease, and counts of those that ended. Thread-safe.</summary>
internal sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<(string RunId, long Epoch), ActiveRun> _runs = new();
    // Leases that could not be renewed in time, until Workflow has heard of it.
    private readonly ConcurrentDictionary<(string RunId, long Epoch), bool> _dropped = new();
    private int _waiting;
    private int _abandoned;
    private long _succeeded;
    private long _failed;

    public int Count => _runs.Count;

    /// <summary>Gets how many slots are taken: by runs that execute, not by those that only wait for runs of their items, and by nodes that were given up and go on.</summary>
    public int BusyCount => ExecutingCount + AbandonedCount;

    /// <summary>Gets how many runs execute.</summary>
    public int ExecutingCount => _runs.Count - WaitingCount;

    /// <summary>Gets how many runs only wait for runs of their items.</summary>
    public int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>Gets how many nodes did not end after their cancel and still go on.</summary>
    public int AbandonedCount => Volatile.Read(ref _abandoned);

    /// <summary>Gets or sets what is called when a slot becomes free because a run begins to wait, or a node that was given up has ended.</summary>
    public Action? SlotFreed { get; set; }

    public long SucceededCount => Interlocked.Read(ref _succeeded);

    public long FailedCount => Interlocked.Read(ref _failed);

    public IReadOnlyCollection<ActiveRun> All => (IReadOnlyCollection<ActiveRun>)_runs.Values;

    public bool TryAdd(ActiveRun run) => _runs.TryAdd((run.RunId, run.Epoch), run);

    public void Remove(ActiveRun run) => _runs.TryRemove((run.RunId, run.Epoch), out _);

    /// <summary>Notes a lease that is no longer trusted: Workflow shall take the run back, as that of a Runner that died.</summary>
    public void Drop(ActiveRun run) => _dropped[(run.RunId, run.Epoch)] = true;

    /// <summary>Gets every lease that is held, and those that were dropped and not yet told.</summary>
    public IReadOnlyList<(string RunId, long Epoch)> Held => [.. _runs.Keys.Union(_dropped.Keys)];

    /// <summary>Gets the dropped leases under which nothing is done any more.</summary>
    public IReadOnlyList<(string RunId, long Epoch)> Dropped => [.. _dropped.Keys.Where(lease => !_runs.ContainsKey(lease))];

    /// <summary>Forgets dropped leases that Workflow has heard of.</summary>
    public void Forget(IEnumerable<(string RunId, long Epoch)> dropped)
    {
        foreach ((string RunId, long Epoch) lease in dropped)
        {
            _dropped.TryRemove(lease, out _);
        }
    }

    public void CountEnd(RunState state)
    {
        if (state == RunState.Succeeded)
        {
            Interlocked.Increment(ref _succeeded);
        }
        else if (state == RunState.Failed)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    /// <summary>Notes that a run only waits from now on, until the returned object is disposed.</summary>
    public IDisposable Wait()
    {
        Interlocked.Increment(ref _waiting);
        SlotFreed?.Invoke();
        return new Waiting(this);
    }

    /// <summary>Notes a node that was given up: it keeps a slot until it has ended.</summary>
    public void Abandon(Task execution)
    {
        Interlocked.Increment(ref _abandoned);
        _ = execution.ContinueWith(
            _ =>
            {
                Interlocked.Decrement(ref _abandoned);
                SlotFreed?.Invoke();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Obeys what Workflow answered about a run.</summary>
    public static void Obey(ActiveRun run, LeaseAnswer answer)
    {
        if (answer.Lost)
        {
            run.Stop(StopCause.Lost);
            return;
        }

        if (answer.CancelRequested)
        {
            run.Stop(StopCause.Cancelled);
        }
        else if (answer.PauseRequested)
        {
            run.Pause();
        }

        run.CancelSteps(answer.CancelledNodeIds);
    }

    private sealed class Waiting(ActiveRuns runs) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref runs._waiting);
    }
}
