namespace EasyQuant.Scheduling;

/// <summary>How a wall-clock time of a zone lies on the line of instants around a change of the zone's offset.</summary>
/// <remarks>
/// Only <see cref="TimeZoneInfo.GetUtcOffset(DateTime)"/> of UTC instants is asked, because it alone is right for zones that change their
/// base offset. At most one change within 24 hours on either side is assumed; no zone had two since 1970.
/// </remarks>
internal readonly struct ZonedClock
{
    private static readonly TimeSpan s_reach = TimeSpan.FromHours(24);

    private ZonedClock(TimeSpan before, TimeSpan after, DateTime transition)
    {
        Before = before;
        After = after;
        Transition = transition;
    }

    /// <summary>Offset from UTC before the change, or of the time itself when there is none near.</summary>
    public TimeSpan Before { get; }

    /// <summary>Offset from UTC after the change.</summary>
    public TimeSpan After { get; }

    /// <summary>First instant (UTC) with the offset <see cref="After"/>.</summary>
    public DateTime Transition { get; }

    /// <summary>First wall-clock time of the gap or of the repeated hour.</summary>
    public DateTime FoldStart => Wall(Transition, After < Before ? After : Before);

    /// <summary>First wall-clock time behind the gap or the repeated hour.</summary>
    public DateTime FoldEnd => Wall(Transition, After < Before ? Before : After);

    /// <summary>Looks at the surroundings of the wall-clock time <paramref name="local"/>.</summary>
    public static ZonedClock Around(DateTime local, TimeZoneInfo zone)
    {
        DateTime early = Shift(local, -s_reach);
        DateTime late = Shift(local, s_reach);
        TimeSpan before = zone.GetUtcOffset(early);
        TimeSpan after = zone.GetUtcOffset(late);
        if (before == after)
        {
            return new ZonedClock(before, after, DateTime.MinValue);
        }

        // Bisect to the second: every rule of the time-zone database changes on a whole second.
        long low = early.Ticks / TimeSpan.TicksPerSecond;
        long high = late.Ticks / TimeSpan.TicksPerSecond;
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (zone.GetUtcOffset(new DateTime(middle * TimeSpan.TicksPerSecond, DateTimeKind.Utc)) == before)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return new ZonedClock(before, after, new DateTime(high * TimeSpan.TicksPerSecond, DateTimeKind.Utc));
    }

    /// <summary>True when <paramref name="local"/> never shows on the zone's clocks.</summary>
    public bool IsGap(DateTime local) => After > Before && local >= FoldStart && local < FoldEnd;

    /// <summary>True when <paramref name="local"/> shows twice on the zone's clocks.</summary>
    public bool IsRepeated(DateTime local) => After < Before && local >= FoldStart && local < FoldEnd;

    /// <summary>Returns the instant at which the clocks first show <paramref name="local"/>, which must not lie in a gap.</summary>
    public DateTimeOffset FirstInstant(DateTime local) =>
        At(local, Before == After || local < Wall(Transition, Before) ? Before : After);

    /// <summary>Returns the instant of the wall-clock time under an offset, in UTC.</summary>
    public static DateTimeOffset At(DateTime local, TimeSpan offset) => new(local.Ticks - offset.Ticks, TimeSpan.Zero);

    private static DateTime Wall(DateTime instant, TimeSpan offset) => new(instant.Ticks + offset.Ticks, DateTimeKind.Unspecified);

    private static DateTime Shift(DateTime local, TimeSpan by)
    {
        long ticks = Math.Clamp(local.Ticks + by.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        return new DateTime(ticks, DateTimeKind.Utc);
    }
}
