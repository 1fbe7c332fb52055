namespace EasyQuant.Scheduling;

/// <summary>A rule that fires at whole multiples of an interval, counted from the Unix epoch, shifted by a phase.</summary>
/// <remarks>The instants do not depend on when the rule was made or last fired, so replicas and restarts agree on them. Immutable.</remarks>
public sealed class IntervalSchedule
{
    /// <summary>Shortest interval: one second.</summary>
    public static readonly TimeSpan EveryMin = TimeSpan.FromSeconds(1);

    /// <summary>Longest interval: 366 days.</summary>
    public static readonly TimeSpan EveryMax = TimeSpan.FromDays(366);

    /// <summary>Makes a rule.</summary>
    /// <param name="every">Time between two instants: from 1 second to 366 days.</param>
    /// <param name="phase">Shift of every instant from a multiple of <paramref name="every"/>: at least zero, less than <paramref name="every"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range.</exception>
    public IntervalSchedule(TimeSpan every, TimeSpan phase)
    {
        if (every < EveryMin || every > EveryMax)
        {
            throw new ArgumentOutOfRangeException(nameof(every), every, $"The interval must be from 1 second to 366 days, was {every:c}.");
        }

        if (phase < TimeSpan.Zero || phase >= every)
        {
            throw new ArgumentOutOfRangeException(
                nameof(phase), phase, $"The phase must be at least zero and less than the interval {every:c}, was {phase:c}.");
        }

        Every = every;
        Phase = phase;
    }

    /// <summary>Time between two instants.</summary>
    public TimeSpan Every { get; }

    /// <summary>Shift of every instant from a multiple of <see cref="Every"/>.</summary>
    public TimeSpan Phase { get; }

    /// <summary>Returns the first instant strictly after <paramref name="after"/>, in UTC.</summary>
    /// <param name="after">The instant; one that is itself of the rule is not returned.</param>
    /// <returns>The next instant, or null beyond the year 9998.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        long origin = DateTimeOffset.UnixEpoch.UtcTicks + Phase.Ticks;
        long distance = after.UtcTicks - origin;
        long steps = Math.DivRem(distance, Every.Ticks, out long rest);
        if (rest < 0)
        {
            steps--;
        }

        long next = origin + ((steps + 1) * Every.Ticks);
        return next > DateTimeOffset.MaxValue.UtcTicks - EveryMax.Ticks ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }
}
