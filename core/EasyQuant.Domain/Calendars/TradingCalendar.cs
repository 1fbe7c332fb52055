using System.Collections.Immutable;

namespace EasyQuant.Domain;

/// <summary>
/// The trading days of an exchange, in order. Days beyond the list are unknown, not closed: queries about them say so.
/// Immutable and thread-safe.
/// </summary>
public sealed class TradingCalendar
{
    private readonly ImmutableArray<DateOnly> _days;

    private TradingCalendar(ImmutableArray<DateOnly> days) => _days = days;

    /// <summary>The trading days, ascending, distinct.</summary>
    public ImmutableArray<DateOnly> Days => _days;

    /// <summary>Number of trading days.</summary>
    public int Count => _days.Length;

    /// <summary>Makes a calendar from the days on which anything traded: any order, repeats allowed.</summary>
    public static TradingCalendar FromDays(IEnumerable<DateOnly> days) => new([.. days.Distinct().Order()]);

    /// <summary>True when <paramref name="day"/> is a trading day of the list.</summary>
    public bool Contains(DateOnly day) => _days.BinarySearch(day) >= 0;

    /// <summary>Returns the position of <paramref name="day"/>, or -1 when it is not in the list.</summary>
    public int IndexOf(DateOnly day) => Math.Max(_days.BinarySearch(day), -1);

    /// <summary>Returns the first trading day strictly after <paramref name="day"/>, or null when the list ends before it.</summary>
    public DateOnly? NextAfter(DateOnly day)
    {
        int index = _days.BinarySearch(day);
        int next = index >= 0 ? index + 1 : ~index;
        return next < _days.Length ? _days[next] : null;
    }

    /// <summary>Returns the last trading day strictly before <paramref name="day"/>, or null when the list starts at or after it.</summary>
    public DateOnly? PreviousBefore(DateOnly day)
    {
        int index = _days.BinarySearch(day);
        int previous = (index >= 0 ? index : ~index) - 1;
        return previous >= 0 ? _days[previous] : null;
    }

    /// <summary>Returns the number of trading days from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public int CountBetween(DateOnly first, DateOnly last)
    {
        if (last < first)
        {
            return 0;
        }

        int from = _days.BinarySearch(first);
        int to = _days.BinarySearch(last);
        return (to >= 0 ? to + 1 : ~to) - (from >= 0 ? from : ~from);
    }
}
