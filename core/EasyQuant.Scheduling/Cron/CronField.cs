using System.Globalization;

namespace EasyQuant.Scheduling;

/// <summary>What one field of a cron expression admits. Immutable after parsing.</summary>
internal sealed class CronField
{
    /// <summary>Bit n set: value n matches (day of week: 0 is Sunday).</summary>
    public ulong Bits { get; init; }

    /// <summary>The field begins with <c>*</c> or <c>?</c>: it does not restrict the day in the either-or rule of the two day fields.</summary>
    public bool IsStar { get; init; }

    /// <summary>The field has a star, a range or a step: the rule follows elapsed time when the clocks change.</summary>
    public bool IsIntervalLike { get; init; }

    /// <summary>Bit n set: the day n days before the last of the month matches (<c>L</c> is bit 0).</summary>
    public ulong FromLastBits { get; init; }

    /// <summary>Bit n set: the weekday (Monday to Friday) nearest to day n matches (<c>nW</c>).</summary>
    public ulong NearestWeekdayBits { get; init; }

    /// <summary>The last Monday-to-Friday day of the month matches (<c>LW</c>).</summary>
    public bool HasLastWeekday { get; init; }

    /// <summary>Bit n set: the last day of week n of the month matches (<c>5L</c>).</summary>
    public ulong LastOfWeekBits { get; init; }

    /// <summary>Bit 8 * week + day set: that week's day of the month matches (<c>1#2</c>: the second Monday).</summary>
    public ulong NthBits { get; init; }

    /// <summary>The text of the field, upper case, as it came.</summary>
    public required string Text { get; init; }

    /// <summary>True when the field has nothing but plain values in <see cref="Bits"/>.</summary>
    public bool IsPlain => FromLastBits == 0 && NearestWeekdayBits == 0 && !HasLastWeekday && LastOfWeekBits == 0 && NthBits == 0;

    /// <summary>Returns true when <paramref name="value"/> is set in <see cref="Bits"/>.</summary>
    public bool Has(int value) => (Bits >> value & 1) != 0;

    /// <summary>Returns the smallest value set in <see cref="Bits"/> that is at least <paramref name="value"/>, or -1.</summary>
    public int NextFrom(int value)
    {
        if (value > 63)
        {
            return -1;
        }

        ulong rest = Bits >> value << value;
        return rest == 0 ? -1 : System.Numerics.BitOperations.TrailingZeroCount(rest);
    }

    /// <summary>Returns true when the day-of-month rule admits the date.</summary>
    public bool MatchesDayOfMonth(DateTime date)
    {
        int day = date.Day;
        if (Has(day))
        {
            return true;
        }

        if (FromLastBits == 0 && NearestWeekdayBits == 0 && !HasLastWeekday)
        {
            return false;
        }

        int length = DateTime.DaysInMonth(date.Year, date.Month);
        if ((FromLastBits >> (length - day) & 1) != 0)
        {
            return true;
        }

        if (date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
        {
            return false;
        }

        for (int target = 1; target <= length; target++)
        {
            bool asked = (NearestWeekdayBits >> target & 1) != 0 || (HasLastWeekday && target == length);
            if (asked && NearestWeekday(date.Year, date.Month, target, length) == day)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns true when the day-of-week rule admits the date.</summary>
    public bool MatchesDayOfWeek(DateTime date)
    {
        int weekday = (int)date.DayOfWeek;
        if (Has(weekday))
        {
            return true;
        }

        if ((LastOfWeekBits >> weekday & 1) != 0 && date.Day + 7 > DateTime.DaysInMonth(date.Year, date.Month))
        {
            return true;
        }

        int week = ((date.Day - 1) / 7) + 1;
        return (NthBits >> ((8 * week) + weekday) & 1) != 0;
    }

    /// <summary>Returns the field's text.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Text}");

    private static int NearestWeekday(int year, int month, int target, int length) =>
        new DateTime(year, month, target).DayOfWeek switch
        {
            // The nearest weekday never leaves the month.
            DayOfWeek.Saturday => target == 1 ? 3 : target - 1,
            DayOfWeek.Sunday => target == length ? target - 2 : target + 1,
            _ => target,
        };
}
