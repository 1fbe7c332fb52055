using EasyQuant.Domain;

namespace EasyQuant.Engine;

/// <summary>
/// Which bars of minutes are rows of a call auction of the mainland exchanges: the opening one from 09:15 to 09:25 (a row starts before 09:30), and the closing one from
/// 14:57 to 15:00, in Shenzhen since 2006-07-01, in Shanghai since 2018-08-20, in Beijing from its start. Sources: trading rules of the exchanges. Pure.
/// </summary>
internal static class AuctionSessions
{
    private static readonly TimeSpan s_openingStart = new(9, 15, 0);
    private static readonly TimeSpan s_openingEnd = new(9, 30, 0);
    private static readonly TimeSpan s_closingStart = new(14, 57, 0);
    private static readonly TimeSpan s_closingEnd = new(15, 0, 0);
    private static readonly TimeSpan s_zone = TimeSpan.FromHours(8);
    private static readonly DateOnly s_closingShenzhen = new(2006, 7, 1);
    private static readonly DateOnly s_closingShanghai = new(2018, 8, 20);

    /// <summary>True when a bar lies in the opening auction.</summary>
    public static bool IsOpening(Instrument instrument, BarAxis axis, int bar) =>
        TimeOf(instrument, axis, bar) is { } time && time >= s_openingStart && time + Length(axis) <= s_openingEnd;

    /// <summary>True when a bar lies in the closing auction; one stamped with its end is that, too.</summary>
    public static bool IsClosing(Instrument instrument, BarAxis axis, int bar) =>
        TimeOf(instrument, axis, bar) is { } time && time >= s_closingStart && time <= s_closingEnd && HasClosing(instrument.Symbol.Exchange, axis, bar);

    /// <summary>True when an instant lies in the opening auction.</summary>
    public static bool IsOpening(Instrument instrument, DateTimeOffset time) =>
        IsMainland(instrument) && time.ToOffset(s_zone).TimeOfDay is var local && local >= s_openingStart && local < s_openingEnd;

    private static bool HasClosing(string exchange, BarAxis axis, int bar)
    {
        DateOnly date = DateOnly.FromDateTime(axis.StartOf(bar).ToOffset(s_zone).Date);
        return exchange switch
        {
            "SZ" => date >= s_closingShenzhen,
            "SH" => date >= s_closingShanghai,
            _ => true,
        };
    }

    private static TimeSpan? TimeOf(Instrument instrument, BarAxis axis, int bar) =>
        axis.Interval.IsDay || !IsMainland(instrument) ? null : axis.StartOf(bar).ToOffset(s_zone).TimeOfDay;

    private static TimeSpan Length(BarAxis axis) => TimeSpan.FromMinutes(axis.Interval.Minutes);

    private static bool IsMainland(Instrument instrument) => instrument.Symbol.Exchange is "SH" or "SZ" or "BJ";
}
