using System.Collections.Concurrent;

namespace EasyQuant.Gateway.Auth;

/// <summary>Collects when keys were used and stores it every 30 s. Bounded by the number of keys in use; thread-safe.</summary>
/// <param name="store">Where keys live.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when storing fails.</param>
internal sealed partial class KeyUses(IKeyStore store, TimeProvider time, ILogger<KeyUses> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_storeTimeout = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _uses = new();

    /// <summary>Notes that a key was used now.</summary>
    /// <param name="keyId">The key.</param>
    public void Note(Guid keyId) => _uses[keyId] = time.GetUtcNow();

    /// <summary>Stores what was noted since the last time; after a failure the next time tries again.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completed when stored or given up.</returns>
    public async Task StoreAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<Guid, DateTimeOffset>[] uses = [.. _uses];
        if (uses.Length == 0)
        {
            return;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_storeTimeout);
        try
        {
            await store.NoteUsesAsync(uses, deadline.Token);
            foreach (KeyValuePair<Guid, DateTimeOffset> use in uses)
            {
                _uses.TryRemove(use); // Only when it was not used again meanwhile.
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotStored(exception);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await StoreAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            await StoreAsync(CancellationToken.None);
        }
    }

    [LoggerMessage(6001, LogLevel.Warning, "The last use of API keys could not be stored; it is tried again.")]
    private partial void LogNotStored(Exception exception);
}
