using System.Collections.Concurrent;

namespace EasyQuant.Gateway.Limits;

/// <summary>Token buckets by name. Bounded: full buckets are forgotten, and when none is full the newest names share one. Thread-safe.</summary>
/// <typeparam name="TKey">What is limited.</typeparam>
/// <param name="perSecond">Tokens a second of each.</param>
/// <param name="size">Most tokens of each.</param>
/// <param name="time">The clock.</param>
internal sealed class BucketTable<TKey>(double perSecond, double size, TimeProvider time)
    where TKey : notnull
{
    private const int CountMax = 10_000;
    private readonly ConcurrentDictionary<TKey, TokenBucket> _buckets = new();
    private readonly TokenBucket _shared = new(perSecond, size, time);

    /// <summary>Takes a token of one name.</summary>
    /// <param name="key">The name.</param>
    /// <returns>Null when one was taken; otherwise how long until there is one.</returns>
    public TimeSpan? Take(TKey key)
    {
        if (!_buckets.TryGetValue(key, out TokenBucket? bucket))
        {
            bucket = HasRoom() ? _buckets.GetOrAdd(key, new TokenBucket(perSecond, size, time)) : _shared;
        }

        return bucket.Take();
    }

    private bool HasRoom()
    {
        if (_buckets.Count < CountMax)
        {
            return true;
        }

        foreach ((TKey key, TokenBucket bucket) in _buckets)
        {
            if (bucket.IsFull)
            {
                _buckets.TryRemove(key, out _);
            }
        }

        return _buckets.Count < CountMax;
    }
}
