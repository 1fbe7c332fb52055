using System.Collections.Frozen;

namespace EasyQuant.Scheduling;

/// <summary>A calendar of admitted dates, for example the trading days of an exchange, over the years that it knows.</summary>
/// <remarks>Immutable; safe for use by many threads.</remarks>
public sealed class DateFilter
{
    private readonly FrozenSet<DateOnly> _dates;

    /// <summary>Makes a filter.</summary>
    /// <param name="name">Name shown in decisions, for example "SSE".</param>
    /// <param name="dates">The admitted dates in any order.</param>
    /// <param name="firstKnown">First date that the calendar speaks about, included.</param>
    /// <param name="lastKnown">Last date that the calendar speaks about, included.</param>
    /// <exception cref="ArgumentException">The known range is empty.</exception>
    public DateFilter(string name, IEnumerable<DateOnly> dates, DateOnly firstKnown, DateOnly lastKnown)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(dates);
        if (lastKnown < firstKnown)
        {
            throw new ArgumentException($"The last known date {lastKnown:O} is before the first {firstKnown:O}.", nameof(lastKnown));
        }

        Name = name;
        FirstKnown = firstKnown;
        LastKnown = lastKnown;
        _dates = dates.ToFrozenSet();
    }

    /// <summary>Name shown in decisions.</summary>
    public string Name { get; }

    /// <summary>First date that the calendar speaks about.</summary>
    public DateOnly FirstKnown { get; }

    /// <summary>Last date that the calendar speaks about.</summary>
    public DateOnly LastKnown { get; }

    /// <summary>Returns true when the wall-clock date of an instant is admitted.</summary>
    /// <param name="instant">The instant.</param>
    /// <param name="zone">Zone whose date counts.</param>
    /// <returns>True for an admitted date; outside the known range true from Monday to Friday, so that an old calendar does not stop a schedule.</returns>
    public bool Admits(DateTimeOffset instant, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        DateOnly date = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);
        return date < FirstKnown || date > LastKnown
            ? date.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)
            : _dates.Contains(date);
    }
}
