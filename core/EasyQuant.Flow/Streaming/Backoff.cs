namespace EasyQuant.Flow;

/// <summary>
/// Waits between tries: each twice as long as the one before, up to the longest, and each shortened by chance to between half of it and the whole, so that many who were refused at
/// the same time do not come back at the same time. Not thread-safe.
/// </summary>
/// <param name="first">The first wait before it is shortened, above zero.</param>
/// <param name="longest">The longest wait before it is shortened, at least the first.</param>
/// <param name="random">Where the chance comes from.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private TimeSpan _next = first;

    /// <summary>Returns the next wait.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = _next * (0.5 + (random.NextDouble() / 2));
        _next = _next * 2 > longest ? longest : _next * 2;
        return wait;
    }
}
