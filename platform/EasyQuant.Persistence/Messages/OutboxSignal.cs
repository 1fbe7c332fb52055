namespace EasyQuant.Persistence.Messages;

/// <summary>Wakes the outbox relay of this process when something was written. Any number of sets before a wait count once. Thread-safe.</summary>
public sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);

    /// <summary>Wakes the relay.</summary>
    public void Set()
    {
        try
        {
            _semaphore.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already set: the relay has not looked yet.
        }
    }

    /// <inheritdoc />
    public void Dispose() => _semaphore.Dispose();

    internal Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _semaphore.WaitAsync(atMost, cancellationToken);
}
