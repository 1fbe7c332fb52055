using System.Collections.Concurrent;

namespace EasyQuant.BacktestService.Work;

/// <summary>What this process computes, so that a cancellation or a new backtest is noticed at once. Thread-safe.</summary>
internal sealed class RunningBacktests : IDisposable
{
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _running = new();
    private readonly SemaphoreSlim _arrivals = new(0, 64);

    /// <summary>Remembers a computation until <see cref="Remove"/>.</summary>
    public void Add(Guid backtestId, CancellationTokenSource source) => _running[backtestId] = source;

    public void Remove(Guid backtestId) => _running.TryRemove(backtestId, out _);

    /// <summary>Stops the computation of a backtest when it runs here.</summary>
    public void Cancel(Guid backtestId)
    {
        if (_running.TryGetValue(backtestId, out CancellationTokenSource? source))
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended in this moment.
            }
        }
    }

    /// <summary>Wakes a slot that waits.</summary>
    public void Announce()
    {
        try
        {
            _arrivals.Release();
        }
        catch (SemaphoreFullException)
        {
            // All slots have been woken and will look for more when they are done.
        }
    }

    /// <summary>Waits for an announcement, at most the interval, shortened by up to a quarter so that replicas do not march in step.</summary>
    public Task WaitAsync(TimeSpan interval, CancellationToken cancellationToken) =>
        _arrivals.WaitAsync(interval * (1 - (Random.Shared.NextDouble() / 4)), cancellationToken);

    public void Dispose() => _arrivals.Dispose();
}
