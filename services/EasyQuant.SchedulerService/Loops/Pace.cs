namespace EasyQuant.SchedulerService.Loops;

/// <summary>Lets one loop of this process wake another. Any number of sets before a wait count once. Thread-safe.</summary>
internal sealed class Pace : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);

    /// <summary>Wakes the loop that waits, or the next wait.</summary>
    public void Wake()
    {
        try
        {
            _semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: the loop has not looked yet.
        }
    }

    /// <summary>Waits until woken, at most the interval, shortened by up to a quarter so that replicas do not march in step.</summary>
    public Task WaitAsync(TimeSpan interval, CancellationToken cancellationToken) =>
        _semaphore.WaitAsync(interval * (1 - (Random.Shared.NextDouble() / 4)), cancellationToken);

    public void Dispose() => _semaphore.Dispose();
}
