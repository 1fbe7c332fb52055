namespace EasyQuant.Scheduling;

/// <summary>Spreads firings that share a nominal time.</summary>
public static class Jitter
{
    /// <summary>Returns the delay of one firing: the same for the same seed and nominal time on every machine.</summary>
    /// <param name="seed">Seed of the schedule.</param>
    /// <param name="nominal">Nominal time of the firing.</param>
    /// <param name="max">Longest delay, not reached; at least zero.</param>
    /// <returns>A delay from zero to <paramref name="max"/> exclusive, in whole milliseconds; zero when <paramref name="max"/> is zero.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is negative.</exception>
    public static TimeSpan Delay(long seed, DateTimeOffset nominal, TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, TimeSpan.Zero);
        ulong range = (ulong)(max.Ticks / TimeSpan.TicksPerMillisecond);
        if (range == 0)
        {
            return TimeSpan.Zero;
        }

        // splitmix64: two rounds spread neighbouring times over the whole range.
        ulong hash = Mix((ulong)seed ^ Mix((ulong)nominal.UtcTicks));
        return TimeSpan.FromMilliseconds((long)(hash % range));
    }

    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
