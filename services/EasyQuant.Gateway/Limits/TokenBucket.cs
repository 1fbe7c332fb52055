namespace EasyQuant.Gateway.Limits;

/// <summary>A token bucket: fills evenly up to its size, a call takes one token. Thread-safe.</summary>
internal sealed class TokenBucket
{
    private readonly Lock _lock = new();
    private readonly double _perSecond;
    private readonly double _size;
    private readonly TimeProvider _time;
    private double _tokens;
    private long _stamp;

    /// <summary>Creates a full bucket.</summary>
    /// <param name="perSecond">Tokens a second, more than 0.</param>
    /// <param name="size">Most tokens, at least 1.</param>
    /// <param name="time">The clock.</param>
    public TokenBucket(double perSecond, double size, TimeProvider time)
    {
        _perSecond = perSecond;
        _size = size;
        _time = time;
        _tokens = size;
        _stamp = time.GetTimestamp();
    }

    /// <summary>True when the bucket is full, so that forgetting it changes nothing.</summary>
    public bool IsFull
    {
        get
        {
            lock (_lock)
            {
                Fill();
                return _tokens >= _size;
            }
        }
    }

    /// <summary>Takes a token.</summary>
    /// <returns>Null when one was taken; otherwise how long until there is one.</returns>
    public TimeSpan? Take()
    {
        lock (_lock)
        {
            Fill();
            if (_tokens >= 1)
            {
                _tokens--;
                return null;
            }

            return TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
        }
    }

    private void Fill()
    {
        long now = _time.GetTimestamp();
        _tokens = Math.Min(_size, _tokens + (_time.GetElapsedTime(_stamp, now).TotalSeconds * _perSecond));
        _stamp = now;
    }
}
