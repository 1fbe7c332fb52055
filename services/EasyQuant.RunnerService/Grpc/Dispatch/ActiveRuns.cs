using System.Collections.Concurrent;
using EasyQuant.Contracts.Run.V1;

namespace EasyQuant.RunnerService.Grpc.Dispatch;

/// <summary>The runs under our lease, and counts of those that ended. Thread-safe.</summary>
internal sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<(string RunId, long Epoch), ActiveRun> _runs = new();
    private long _succeeded;
    private long _failed;

    public int Count => _runs.Count;

    public long SucceededCount => Interlocked.Read(ref _succeeded);

    public long FailedCount => Interlocked.Read(ref _failed);

    public IReadOnlyCollection<ActiveRun> All => (IReadOnlyCollection<ActiveRun>)_runs.Values;

    public bool TryAdd(ActiveRun run) => _runs.TryAdd((run.RunId, run.Epoch), run);

    public void Remove(ActiveRun run) => _runs.TryRemove((run.RunId, run.Epoch), out _);

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

    /// <summary>Obeys what Workflow answered about a run.</summary>
    public static void Obey(ActiveRun run, LeaseAnswer answer)
    {
        if (answer.Lost)
        {
            run.Stop(StopCause.Lost);
        }
        else if (answer.CancelRequested)
        {
            run.Stop(StopCause.Cancelled);
        }
        else if (answer.PauseRequested)
        {
            run.Pause();
        }
    }
}
