using System.Runtime.ExceptionServices;

namespace EasyQuant.Engine;

/// <summary>
/// Hands tiles of work to a fixed number of threads, each with a worker of its own. Tiles write to places of their own, so the result does not
/// depend on who does what; when tiles fail, the error of the first of them counts.
/// </summary>
internal sealed class TileQueue(int tileCount, int threadCount, CancellationToken cancellationToken)
{
    private readonly Lock _gate = new();
    private int _next = -1;
    private int _failedTile = int.MaxValue;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Does all tiles and returns when they are done.</summary>
    /// <param name="makeWorker">Makes the worker of a thread.</param>
    /// <param name="run">Does one tile.</param>
    public void Run<TWorker>(Func<TWorker> makeWorker, Action<TWorker, int> run)
    {
        int threads = Math.Min(threadCount, tileCount);
        if (threads == 1)
        {
            Work(makeWorker, run);
        }
        else
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Work(makeWorker, run));
        }

        _failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Work<TWorker>(Func<TWorker> makeWorker, Action<TWorker, int> run)
    {
        int tile = -1;
        try
        {
            TWorker worker = makeWorker();
            while (!cancellationToken.IsCancellationRequested && (tile = Interlocked.Increment(ref _next)) < Math.Min(tileCount, _failedTile))
            {
                run(worker, tile);
            }
        }
        catch (Exception e)
        {
            // Kept and thrown on the caller's thread: earlier tiles that still run may fail too and then count instead.
            lock (_gate)
            {
                if (tile < _failedTile)
                {
                    _failedTile = tile;
                    _failure = ExceptionDispatchInfo.Capture(e);
                }
            }
        }
    }
}
