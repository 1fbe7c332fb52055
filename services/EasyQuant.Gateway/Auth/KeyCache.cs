using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace EasyQuant.Gateway.Auth;

/// <summary>
/// Remembers for a short time which keys exist and which do not, and keeps a known key valid a little longer while the database
/// does not answer. Bounded; thread-safe.
/// </summary>
/// <param name="store">Where keys live.</param>
/// <param name="options">Durations and bounds.</param>
/// <param name="time">The clock.</param>
internal sealed class KeyCache(IKeyStore store, IOptions<AuthOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly AuthOptions _options = options.Value;

    /// <summary>Tells whether the next lookup of a prefix needs no database.</summary>
    /// <param name="prefix">12 hex digits.</param>
    /// <returns>True when it is remembered.</returns>
    public bool Knows(string prefix) => _entries.TryGetValue(prefix, out Entry? entry) && IsFresh(entry);

    /// <summary>Finds a key.</summary>
    /// <param name="prefix">12 hex digits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The key, or null when there is none.</returns>
    /// <exception cref="KeyLookupException">The database did not answer and the key is not remembered.</exception>
    public async Task<KeyRecord?> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(prefix, out Entry? entry) && IsFresh(entry))
        {
            return entry.Key;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.LookupTimeout);
        try
        {
            KeyRecord? key = await store.FindAsync(prefix, deadline.Token);
            Remember(prefix, key);
            return key;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            DateTimeOffset now = time.GetUtcNow();
            if (entry?.Key is null || now - entry.LoadTime >= _options.StaleDurationMax)
            {
                throw new KeyLookupException(exception);
            }

            // The next calls must not each wait for the database in vain.
            _entries.TryUpdate(prefix, entry with { FreshUntil = now + s_retryDelay }, entry);
            return entry.Key;
        }
    }

    /// <summary>Forgets a prefix, because the key was just made or revoked.</summary>
    /// <param name="prefix">12 hex digits.</param>
    public void Forget(string prefix) => _entries.TryRemove(prefix, out _);

    private bool IsFresh(Entry entry) => time.GetUtcNow() < entry.FreshUntil;

    private void Remember(string prefix, KeyRecord? key)
    {
        if (_entries.Count >= _options.CacheCountMax)
        {
            foreach ((string oldPrefix, Entry old) in _entries)
            {
                if (old.Key is null || !IsFresh(old))
                {
                    _entries.TryRemove(oldPrefix, out _);
                }
            }
        }

        if (_entries.Count < _options.CacheCountMax)
        {
            DateTimeOffset now = time.GetUtcNow();
            _entries[prefix] = new Entry(key, now, now + _options.CacheDuration);
        }
    }

    private sealed record Entry(KeyRecord? Key, DateTimeOffset LoadTime, DateTimeOffset FreshUntil);
}
