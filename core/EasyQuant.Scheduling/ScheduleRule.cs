namespace EasyQuant.Scheduling;

/// <summary>When a schedule fires: a cron expression in a zone or an interval, with an optional calendar. Immutable.</summary>
public sealed class ScheduleRule
{
    private readonly CronExpression? _cron;
    private readonly IntervalSchedule? _interval;

    private ScheduleRule(CronExpression? cron, IntervalSchedule? interval, TimeZoneInfo zone, DateFilter? calendar)
    {
        _cron = cron;
        _interval = interval;
        Zone = zone;
        Calendar = calendar;
    }

    /// <summary>Zone of the wall clock that cron fields and calendar dates are read on.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Calendar that filters nominal times by their date in <see cref="Zone"/>, or null.</summary>
    public DateFilter? Calendar { get; }

    /// <summary>First instant of the rule, included, or null.</summary>
    public DateTimeOffset? StartTime { get; private init; }

    /// <summary>End of the rule, excluded, or null.</summary>
    public DateTimeOffset? EndTime { get; private init; }

    /// <summary>Returns the same rule limited to a range of instants.</summary>
    /// <param name="startTime">First instant, included, or null.</param>
    /// <param name="endTime">End, excluded, or null.</param>
    /// <exception cref="ArgumentException">The end is not after the start.</exception>
    public ScheduleRule Between(DateTimeOffset? startTime, DateTimeOffset? endTime)
    {
        if (endTime <= startTime)
        {
            throw new ArgumentException($"The end {endTime:O} must be after the start {startTime:O}.", nameof(endTime));
        }

        return new ScheduleRule(_cron, _interval, Zone, Calendar) { StartTime = startTime, EndTime = endTime };
    }

    /// <summary>Makes a rule of a cron expression.</summary>
    /// <param name="cron">The expression.</param>
    /// <param name="zone">Zone whose wall clock it reads.</param>
    /// <param name="calendar">Calendar that filters its times, or null.</param>
    public static ScheduleRule Cron(CronExpression cron, TimeZoneInfo zone, DateFilter? calendar)
    {
        ArgumentNullException.ThrowIfNull(cron);
        ArgumentNullException.ThrowIfNull(zone);
        return new ScheduleRule(cron, null, zone, calendar);
    }

    /// <summary>Makes a rule of an interval.</summary>
    /// <param name="interval">The interval.</param>
    /// <param name="zone">Zone whose dates the calendar is read on.</param>
    /// <param name="calendar">Calendar that filters its times, or null.</param>
    public static ScheduleRule Interval(IntervalSchedule interval, TimeZoneInfo zone, DateFilter? calendar)
    {
        ArgumentNullException.ThrowIfNull(interval);
        ArgumentNullException.ThrowIfNull(zone);
        return new ScheduleRule(null, interval, zone, calendar);
    }

    /// <summary>Returns the first nominal time strictly after an instant, whether the calendar admits it or not.</summary>
    /// <param name="after">The instant.</param>
    /// <returns>The nominal time in UTC, or null when the rule has no more.</returns>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (StartTime is { } start && after < start)
        {
            after = start.AddTicks(-1);
        }

        DateTimeOffset? next = _cron is null ? _interval!.Next(after) : _cron.NextOccurrence(after, Zone);
        return next < EndTime || EndTime is null ? next : null;
    }

    /// <summary>Returns true when the calendar admits the nominal time, or there is no calendar.</summary>
    /// <param name="nominal">The nominal time.</param>
    public bool IsAdmitted(DateTimeOffset nominal) => Calendar is null || Calendar.Admits(nominal, Zone);

    /// <summary>Returns the nominal times strictly after an instant that the calendar admits, in order.</summary>
    /// <param name="after">The instant.</param>
    /// <param name="countMax">How many to return at most; at least 0.</param>
    /// <returns>Instants in UTC; fewer than asked when the rule has no more, or when 10,000 times in a row are not admitted.</returns>
    public IReadOnlyList<DateTimeOffset> Preview(DateTimeOffset after, int countMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(countMax);
        const int RefusedMax = 10_000;
        var result = new List<DateTimeOffset>(Math.Min(countMax, 256));
        DateTimeOffset last = after;
        int refused = 0;
        while (result.Count < countMax && refused < RefusedMax && Next(last) is { } next)
        {
            last = next;
            if (IsAdmitted(next))
            {
                result.Add(next);
                refused = 0;
            }
            else
            {
                refused++;
            }
        }

        return result;
    }

    /// <summary>Returns the admitted nominal times of a past or future range, for a backfill.</summary>
    /// <param name="start">Start of the range, included.</param>
    /// <param name="end">End of the range, excluded.</param>
    /// <param name="countMax">Bound of the list; at least 1.</param>
    /// <param name="times">The times in order; when there are more than <paramref name="countMax"/>, the first of them.</param>
    /// <returns>True when the list is complete, false when the range has more than <paramref name="countMax"/> times.</returns>
    public bool TryBackfill(DateTimeOffset start, DateTimeOffset end, int countMax, out IReadOnlyList<DateTimeOffset> times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        var result = new List<DateTimeOffset>();
        times = result;
        DateTimeOffset last = start.AddTicks(-1);
        while (Next(last) is { } next && next < end)
        {
            last = next;
            if (!IsAdmitted(next))
            {
                continue;
            }

            if (result.Count == countMax)
            {
                return false;
            }

            result.Add(next);
        }

        return true;
    }
}
