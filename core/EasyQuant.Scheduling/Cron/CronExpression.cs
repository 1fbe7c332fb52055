namespace EasyQuant.Scheduling;

/// <summary>A cron rule of five fields (minute, hour, day of month, month, day of week) or six (seconds first), evaluated in a time zone.</summary>
/// <remarks>
/// <para>Fields take <c>*</c>, values, lists, ranges (a range whose end is smaller wraps around), steps, names (JAN-DEC, SUN-SAT; any case)
/// and Sunday as 0 or 7. Day of month: <c>L</c>, <c>L-3</c>, <c>LW</c>, <c>15W</c>; day of week: <c>5L</c>, <c>5#2</c>; both: <c>?</c> as
/// <c>*</c>. When both day fields are restricted (neither begins with <c>*</c> or <c>?</c>) a day matches if <b>either</b> does, as in every
/// crontab; otherwise both must. Macros: @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every_minute, @every_second.</para>
/// <para>When clocks change: a rule with fixed seconds, minutes and hours that falls into the gap fires once at the first instant after the
/// gap, and fires once, on the first pass, in a repeated hour. A rule with a star, range or step in one of these fields follows elapsed
/// time: times in the gap do not exist, and it fires in both passes of a repeated hour.</para>
/// <para>Immutable; safe for use by many threads.</para>
/// </remarks>
public sealed class CronExpression
{
    // The longest wait of any rule that ever fires is 40 years (29 February on one day of the week across 2100).
    private const int SearchYearsMax = 100;

    private readonly CronField[] _fields;

    private CronExpression(string text, CronField[] fields)
    {
        Text = text;
        _fields = fields;
        IsIntervalLike = Second.IsIntervalLike || Minute.IsIntervalLike || Hour.IsIntervalLike;
    }

    /// <summary>The text that was parsed, trimmed.</summary>
    public string Text { get; }

    /// <summary>True when seconds, minutes or hours have a star, a range or a step: the rule then follows elapsed time when clocks change.</summary>
    public bool IsIntervalLike { get; }

    internal CronField Second => _fields[0];

    internal CronField Minute => _fields[1];

    internal CronField Hour => _fields[2];

    internal CronField DayOfMonth => _fields[3];

    internal CronField Month => _fields[4];

    internal CronField DayOfWeek => _fields[5];

    /// <summary>Parses a cron text.</summary>
    /// <param name="text">Five or six fields separated by blanks, or a macro.</param>
    /// <returns>The rule.</returns>
    /// <exception cref="FormatException">The text is no cron expression; the message names the field, what it takes and what came.</exception>
    public static CronExpression Parse(string text) =>
        TryParse(text, out CronExpression? expression, out CronError? error) ? expression! : throw new FormatException(error!.Message);

    /// <summary>Parses a cron text without throwing.</summary>
    /// <param name="text">Five or six fields separated by blanks, or a macro.</param>
    /// <param name="expression">The rule, or null when the text was refused.</param>
    /// <param name="error">Why the text was refused, or null.</param>
    /// <returns>True when the text is a cron expression. One that never fires (30 February) parses.</returns>
    public static bool TryParse(string text, out CronExpression? expression, out CronError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        string trimmed = text.Trim();
        string plain = trimmed;
        if (trimmed.StartsWith('@'))
        {
            string? expansion = Expand(trimmed);
            if (expansion is null)
            {
                error = new CronError("expression", trimmed, "The expression takes the macros @yearly, @annually, @monthly, @weekly, @daily, "
                    + $"@midnight, @hourly, @every_minute and @every_second, but was '{trimmed}'.");
                return false;
            }

            plain = expansion;
        }

        string[] parts = plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6))
        {
            error = new CronError("expression", trimmed, "The expression takes 5 fields (minute hour day-of-month month day-of-week) "
                + $"or 6 (seconds first), but had {parts.Length}: '{trimmed}'.");
            return false;
        }

        var fields = new CronField[6];
        int missing = 6 - parts.Length;
        for (int index = 0; index < 6; index++)
        {
            string part = index < missing ? "0" : parts[index - missing];
            CronField? field = CronFieldParser.Parse((CronFieldKind)index, part, out error);
            if (field is null)
            {
                return false;
            }

            fields[index] = field;
        }

        error = null;
        expression = new CronExpression(trimmed, fields);
        return true;
    }

    /// <summary>Returns the first occurrence strictly after an instant.</summary>
    /// <param name="after">The instant; occurrences at it are not returned.</param>
    /// <param name="zone">The zone whose wall clock the rule reads.</param>
    /// <returns>The occurrence as an instant in UTC, or null when there is none within 100 years.</returns>
    public DateTimeOffset? NextOccurrence(DateTimeOffset after, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        long second = (after.UtcTicks / TimeSpan.TicksPerSecond) + 1;
        if (second >= (DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond) - 86_400)
        {
            return null;
        }

        var utc = new DateTime(second * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        var local = new DateTime(Math.Max(0, utc.Ticks + zone.GetUtcOffset(utc).Ticks), DateTimeKind.Unspecified);
        ZonedClock clock = ZonedClock.Around(local, zone);
        if (clock.IsRepeated(local))
        {
            if (FindInRepeatedHour(utc, local, clock) is { } found)
            {
                return found;
            }

            local = clock.FoldEnd;
        }

        return FindOutside(local, zone);
    }

    /// <summary>Returns the occurrences strictly after an instant, in order.</summary>
    /// <param name="after">The instant; occurrences at it are not returned.</param>
    /// <param name="zone">The zone whose wall clock the rule reads.</param>
    /// <param name="countMax">How many to return at most; at least 0.</param>
    /// <returns>Instants in UTC, strictly rising; fewer than <paramref name="countMax"/> only when the rule has no more.</returns>
    public IReadOnlyList<DateTimeOffset> NextOccurrences(DateTimeOffset after, TimeZoneInfo zone, int countMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(countMax);
        var result = new List<DateTimeOffset>(Math.Min(countMax, 256));
        DateTimeOffset last = after;
        while (result.Count < countMax && NextOccurrence(last, zone) is { } next)
        {
            result.Add(next);
            last = next;
        }

        return result;
    }

    /// <summary>Returns the text that was parsed.</summary>
    public override string ToString() => Text;

    // `local` lies in the repeated hour; `utc` says in which of the two passes.
    private DateTimeOffset? FindInRepeatedHour(DateTime utc, DateTime local, ZonedClock clock)
    {
        if (utc < clock.Transition)
        {
            if (FindLocal(local) is { } first && first < clock.FoldEnd)
            {
                return ZonedClock.At(first, clock.Before);
            }

            local = clock.FoldStart;
        }

        return IsIntervalLike && FindLocal(local) is { } second && second < clock.FoldEnd ? ZonedClock.At(second, clock.After) : null;
    }

    private DateTimeOffset? FindOutside(DateTime local, TimeZoneInfo zone)
    {
        // Every turn leaves one gap behind, and a rule that only ever falls into gaps ends at the search limit.
        int lastYear = local.Year + SearchYearsMax;
        while (local.Year <= lastYear && FindLocal(local) is { } found)
        {
            ZonedClock clock = ZonedClock.Around(found, zone);
            if (!clock.IsGap(found))
            {
                return clock.FirstInstant(found);
            }

            if (!IsIntervalLike)
            {
                return new DateTimeOffset(clock.Transition);
            }

            local = clock.FoldEnd;
        }

        return null;
    }

    // Returns the first matching wall-clock time at or after `from`, which is a whole second.
    private DateTime? FindLocal(DateTime from)
    {
        int lastYear = Math.Min(from.Year + SearchYearsMax, 9998);
        DateTime date = from.Date;
        int startSecond = (int)(from.TimeOfDay.Ticks / TimeSpan.TicksPerSecond);
        while (date.Year <= lastYear)
        {
            if (!Month.Has(date.Month))
            {
                date = new DateTime(date.Year, date.Month, 1).AddMonths(1);
                startSecond = 0;
                continue;
            }

            int time = MatchesDay(date) ? NextSecondOfDay(startSecond) : -1;
            if (time >= 0)
            {
                return date.AddSeconds(time);
            }

            date = date.AddDays(1);
            startSecond = 0;
        }

        return null;
    }

    private bool MatchesDay(DateTime date)
    {
        bool either = !DayOfMonth.IsStar && !DayOfWeek.IsStar;
        return either
            ? DayOfMonth.MatchesDayOfMonth(date) || DayOfWeek.MatchesDayOfWeek(date)
            : DayOfMonth.MatchesDayOfMonth(date) && DayOfWeek.MatchesDayOfWeek(date);
    }

    private int NextSecondOfDay(int from)
    {
        int hour = from / 3600;
        int minute = from / 60 % 60;
        int second = Second.NextFrom(from % 60);
        if (second < 0)
        {
            second = Second.NextFrom(0);
            minute++;
        }

        if (!Hour.Has(hour) || (minute = Minute.NextFrom(minute)) < 0)
        {
            hour = Hour.NextFrom(hour + 1);
            minute = Minute.NextFrom(0);
            second = Second.NextFrom(0);
        }
        else if (minute != from / 60 % 60)
        {
            second = Second.NextFrom(0);
        }

        return hour < 0 ? -1 : (hour * 3600) + (minute * 60) + second;
    }

    private static string? Expand(string macro) => macro.ToUpperInvariant() switch
    {
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        "@MONTHLY" => "0 0 1 * *",
        "@WEEKLY" => "0 0 * * 0",
        "@DAILY" or "@MIDNIGHT" => "0 0 * * *",
        "@HOURLY" => "0 * * * *",
        "@EVERY_MINUTE" => "* * * * *",
        "@EVERY_SECOND" => "* * * * * *",
        _ => null,
    };
}
