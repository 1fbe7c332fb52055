using EasyQuant.Data;
using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// The times that all columns of a panel share: bar t starts at <see cref="Starts"/>[t] and belongs to trading day <see cref="Days"/>[t] of the
/// calendar. Every trading day has at least one bar time. Immutable, thread-safe; the memory handed in is not copied.
/// </summary>
public sealed class BarAxis
{
    private readonly int[] _firstBars;

    /// <summary>Makes an axis.</summary>
    /// <param name="interval">Length of a bar.</param>
    /// <param name="starts">Starts in microseconds since 1970 UTC, strictly ascending.</param>
    /// <param name="days">Position of each bar's trading day in the calendar, as long as <paramref name="starts"/>, ascending without gaps from 0.</param>
    /// <exception cref="ArgumentException">The lengths differ, the times do not ascend, or a day is left out.</exception>
    public BarAxis(PanelInterval interval, ReadOnlyMemory<long> starts, ReadOnlyMemory<int> days)
    {
        if (starts.Length != days.Length)
        {
            throw new ArgumentException($"Starts ({starts.Length}) and days ({days.Length}) must have one length.", nameof(days));
        }

        Interval = interval;
        Starts = starts;
        Days = days;
        ReadOnlySpan<long> times = starts.Span;
        ReadOnlySpan<int> positions = days.Span;
        int dayCount = positions.Length == 0 ? 0 : positions[^1] + 1;
        _firstBars = new int[Math.Max(dayCount, 0) + 1];
        int next = 0;
        for (int t = 0; t < times.Length; t++)
        {
            if (t > 0 && times[t] <= times[t - 1])
            {
                throw new ArgumentException($"Starts must ascend; element {t} does not.", nameof(starts));
            }

            if (positions[t] == next)
            {
                _firstBars[next++] = t;
            }
            else if (positions[t] != next - 1)
            {
                throw new ArgumentException($"Days must ascend without gaps from 0; element {t} is {positions[t]}.", nameof(days));
            }
        }

        _firstBars[^1] = times.Length;
    }

    /// <summary>Length of a bar.</summary>
    public PanelInterval Interval { get; }

    /// <summary>Starts in microseconds since 1970 UTC, strictly ascending; midnight of the trading date for daily bars.</summary>
    public ReadOnlyMemory<long> Starts { get; }

    /// <summary>Position of each bar's trading day in the calendar.</summary>
    public ReadOnlyMemory<int> Days { get; }

    /// <summary>Number of bar times.</summary>
    public int Count => Starts.Length;

    /// <summary>Number of trading days.</summary>
    public int DayCount => _firstBars.Length - 1;

    /// <summary>Returns an axis with one bar a trading day.</summary>
    public static BarAxis Daily(TradingCalendar calendar)
    {
        long[] starts = new long[calendar.Count];
        int[] days = new int[calendar.Count];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = (calendar.Days[i].ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            days[i] = i;
        }

        return new BarAxis(PanelInterval.Day, starts, days);
    }

    /// <summary>Returns the first bar of a day.</summary>
    /// <param name="day">0 to <see cref="DayCount"/>; the latter gives <see cref="Count"/>.</param>
    public int FirstBarOf(int day) => _firstBars[day];

    /// <summary>Returns the bar after the last one of a day.</summary>
    /// <param name="day">0 to <see cref="DayCount"/> - 1.</param>
    public int EndBarOf(int day) => _firstBars[day + 1];

    /// <summary>Returns the start of a bar.</summary>
    public DateTimeOffset StartOf(int bar) => DateTimeOffset.UnixEpoch.AddTicks(Starts.Span[bar] * TimeSpan.TicksPerMicrosecond);

    /// <summary>Returns the axis of the first days.</summary>
    /// <param name="dayCount">0 to <see cref="DayCount"/>.</param>
    internal BarAxis Take(int dayCount) => new(Interval, Starts[..FirstBarOf(dayCount)], Days[..FirstBarOf(dayCount)]);
}
