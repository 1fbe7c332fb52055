using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Builds small panels; prices in yuan text or units, one calendar of consecutive weekdays.</summary>
internal sealed class PanelBuilder(DateOnly firstDay, int dayCount)
{
    private readonly List<InstrumentBars> _series = [];
    private readonly List<CorporateAction> _actions = [];

    public TradingCalendar Calendar { get; } = TradingCalendar.FromDays(Weekdays(firstDay).Take(dayCount));

    public PanelBuilder Flat(string symbol, params string[] prices) =>
        Add(symbol, [.. Enumerable.Range(0, prices.Length)], [.. prices.Select(price => Price.Parse(price).Units)]);

    public PanelBuilder Add(string symbol, int[] days, long[] prices, long volume = 1_000_000) =>
        Add(symbol, days, prices, prices, [.. days.Select(_ => volume)]);

    public PanelBuilder Add(string symbol, int[] days, long[] open, long[] close, long[] volume, int scale = 4) => Add(
        Instrument.FromSymbol(Symbol.Parse(symbol), scale), days, open, [.. open.Zip(close, Math.Max)], [.. open.Zip(close, Math.Min)], close, volume);

    public PanelBuilder Add(Instrument instrument, int[] days, long[] open, long[] high, long[] low, long[] close, long[] volume)
    {
        _series.Add(new InstrumentBars
        {
            Instrument = instrument,
            Slots = days.Length == Calendar.Count ? default : days,
            Open = open,
            High = high,
            Low = low,
            Close = close,
            Volume = volume,
            Amount = close.Zip(volume, (price, count) => price / ScaledDecimal.PowerOfTen(instrument.PriceScale - 4) * count).ToArray(),
        });
        return this;
    }

    public PanelBuilder With(params CorporateAction[] actions)
    {
        _actions.AddRange(actions);
        return this;
    }

    public MarketPanel Build() => MarketPanel.Daily(Calendar, [.. _series.OrderBy(series => series.Instrument.Symbol)], [.. _actions]);

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
