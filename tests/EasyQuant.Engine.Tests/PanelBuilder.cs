using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Builds small panels; prices in yuan text or units, one calendar of consecutive weekdays.</summary>
internal sealed class PanelBuilder(DateOnly firstDay, int dayCount)
{
    private readonly List<DailySeries> _series = [];

    public TradingCalendar Calendar { get; } = TradingCalendar.FromDays(Weekdays(firstDay).Take(dayCount));

    public PanelBuilder Flat(string symbol, params string[] prices) =>
        Add(symbol, [.. Enumerable.Range(0, prices.Length)], [.. prices.Select(price => Price.Parse(price).Units)]);

    public PanelBuilder Add(string symbol, int[] days, long[] prices, long volume = 1_000_000) =>
        Add(symbol, days, prices, prices, [.. days.Select(_ => volume)]);

    public PanelBuilder Add(string symbol, int[] days, long[] open, long[] close, long[] volume, int scale = 4)
    {
        long[] high = [.. open.Zip(close, Math.Max)];
        long[] low = [.. open.Zip(close, Math.Min)];
        _series.Add(new DailySeries(Instrument.FromSymbol(Symbol.Parse(symbol), scale), days, open, high, low, close, volume, []));
        return this;
    }

    public DailyPanel Build() => new(Calendar, [.. _series.OrderBy(series => series.Instrument.Symbol)]);

    public static IEnumerable<DateOnly> Weekdays(DateOnly first)
    {
        for (DateOnly day = first; ; day = day.AddDays(1))
        {
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
            {
                yield return day;
            }
        }
    }
}
