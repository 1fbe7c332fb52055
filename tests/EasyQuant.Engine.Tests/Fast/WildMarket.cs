using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// Random markets with everything that engines may meet: daily bars or a few bars a day, one or several instruments of different boards, scales and
/// currencies, holes, suspensions, days without volume, limit moves, corporate actions; and random settings to go with them.
/// </summary>
internal static class WildMarket
{
    private static readonly string[] s_symbols = ["000001.SZ", "300750.SZ", "430047.BJ", "600000.SH", "688001.SH", "AAPL.US"];

    public static MarketPanel Make(int seed)
    {
        Random random = new(seed);
        int dayCount = random.Next(3, 50);
        int barsPerDay = random.Next(3) == 0 ? random.Next(2, 6) : 1;
        DateOnly first = random.Next(2) == 0 ? new DateOnly(2023, 7, 3) : new DateOnly(2020, 7, 20);
        TradingCalendar calendar = TradingCalendar.FromDays(PanelBuilder.Weekdays(first).Take(dayCount));
        int count = dayCount * barsPerDay;
        string[] symbols = [.. s_symbols.Take(random.Next(1, s_symbols.Length + 1))];
        List<InstrumentBars> series = [.. symbols.Select(symbol => Series(random, symbol, calendar, barsPerDay, count))];
        List<CorporateAction> actions = [];
        if (random.Next(2) == 0)
        {
            actions.AddRange(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Action(random, Symbol.Parse(symbols[random.Next(symbols.Length)]), calendar)));
        }

        return new MarketPanel(
            calendar,
            barsPerDay == 1 ? BarAxis.Daily(calendar) : Axis(calendar, barsPerDay),
            [.. series.OrderBy(one => one.Instrument.Symbol)],
            [.. actions],
            [new FxRates("USD", Enumerable.Range(0, dayCount).Select(_ => 700_000_000L + random.Next(20_000_000)).ToArray())]);
    }

    /// <summary>As <see cref="Make"/>, with ticks in some bars of some instruments: trades and quotes, several at one time, some before the first bar of a day.</summary>
    public static MarketPanel MakeWithTicks(int seed)
    {
        MarketPanel panel = Make(seed);
        Random random = new(seed ^ 0x5f3759df);
        return new MarketPanel(
            panel.Calendar,
            panel.Axis,
            [.. panel.Series.Select(series => random.Next(4) == 0 ? series : series.WithTicks(Ticks(random, series, panel.Axis)))],
            panel.Actions,
            panel.ExchangeRates);
    }

    private static InstrumentTicks Ticks(Random random, InstrumentBars series, BarAxis axis)
    {
        long unit = series.Instrument.PriceScale == 8 ? 10_000 : 1;
        List<(long Time, int Bar, long Last, long Volume, long Bid, long Ask)> ticks = [];
        for (int row = 0; row < series.Count; row++)
        {
            int bar = series.IsFull ? row : series.Slots.Span[row];
            long time = axis.Starts.Span[bar] - (axis.Interval.IsDay || bar > axis.FirstBarOf(axis.Days.Span[bar]) ? 0 : random.Next(2) * 300_000_000L);
            for (int i = random.Next(5); i > 0; i--)
            {
                long last = Move(random, series.Close.Span[row] / unit) * unit;
                ticks.Add((
                    time,
                    bar,
                    last,
                    random.Next(4) == 0 ? 0 : random.Next(1, 300) * 100,
                    random.Next(3) == 0 ? 0 : Math.Max(unit * 100, last - (random.Next(3) * 100 * unit)),
                    random.Next(3) == 0 ? 0 : last + (random.Next(3) * 100 * unit)));
                time += random.Next(3) * 60_000_000L;
            }
        }

        bool hasQuotes = random.Next(2) == 0;
        return new InstrumentTicks
        {
            Times = ticks.Select(one => one.Time).ToArray(),
            Bars = ticks.Select(one => one.Bar).ToArray(),
            Last = ticks.Select(one => one.Last).ToArray(),
            Volume = ticks.Select(one => one.Volume).ToArray(),
            Bid = hasQuotes ? ticks.Select(one => one.Bid).ToArray() : default(ReadOnlyMemory<long>),
            Ask = hasQuotes ? ticks.Select(one => one.Ask).ToArray() : default(ReadOnlyMemory<long>),
        };
    }

    public static BacktestSettings Settings(Random random, MarketPanel panel) => new()
    {
        InitialCash = Money.FromYuan(random.Next(3) == 0 ? random.Next(1_000, 50_000) : 1_000_000),
        CommissionPpm = random.Next(0, 1000),
        CommissionMinimum = random.Next(2) == 0 ? Money.Zero : Money.FromYuan(5),
        StampDutySellPpm = random.Next(2) == 0 ? null : random.Next(2000),
        TransferFeePpm = random.Next(2) == 0 ? null : random.Next(50),
        FeeIncrement = random.Next(2) == 0 ? new Money(1) : new Money(Money.UnitsPerCent),
        ExchangeRules = random.Next(2) == 0,
        FillRule = (FillRule)(random.Next(2) == 0 ? 0 : random.Next(5)),
        LimitFillRule = (LimitFillRule)random.Next(2),
        SuspensionPolicy = (SuspensionPolicy)random.Next(2),
        Slippage = random.Next(2) == 0 ? Slippage.None : new Slippage((SlippageKind)random.Next(1, 4), random.Next(0, 20)),
        VolumeCapPpm = random.Next(3) == 0 ? null : random.Next(1, 500_000),
        FillsAtPriceLimit = random.Next(4) == 0,
        RightsPolicy = (RightsPolicy)random.Next(2),
        DividendTax = random.Next(2) == 0,
        CashInterestPpm = random.Next(3) == 0 ? random.Next(100_000) : 0,
        StartDate = random.Next(3) == 0 ? panel.Calendar.Days[panel.Calendar.Count / 4] : null,
        EndDate = random.Next(3) == 0 ? panel.Calendar.Days[panel.Calendar.Count * 3 / 4] : null,
        AuctionPolicy = (AuctionPolicy)(random.Next(4) == 0 ? 1 : 0),
        WarmUpDays = random.Next(4) == 0 ? random.Next(1, 20) : 0,
        HeartbeatMinutes = random.Next(4) == 0 ? random.Next(1, 100) : 0,
        Margin = null,
        Accounts = random.Next(3) == 0 ? Accounts(random) : [],
        Benchmark = random.Next(4) == 0 ? [new BenchmarkPart(panel.Series[0].Instrument.Symbol, 1_000_000)] : [],
    };

    private static System.Collections.Immutable.ImmutableArray<AccountSettings> Accounts(Random random) =>
    [
        new AccountSettings("first", [new CashBalance("CNY", Money.FromYuan(500_000)), new CashBalance("USD", Money.FromYuan(70_000))]),
        new AccountSettings(
            "second", [new CashBalance("CNY", Money.FromYuan(random.Next(20_000, 900_000)))], random.Next(2) == 0 ? new MarginSettings() : null),
    ];

    private static BarAxis Axis(TradingCalendar calendar, int barsPerDay)
    {
        long[] starts = new long[calendar.Count * barsPerDay];
        int[] days = new int[starts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            days[i] = i / barsPerDay;
            DateTime start = new DateTime(calendar.Days[days[i]], new TimeOnly(1, 30), DateTimeKind.Utc).AddMinutes(30 * (i % barsPerDay));
            starts[i] = (start - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        }

        return new BarAxis(PanelInterval.OfMinutes(30), starts, days);
    }

    private static InstrumentBars Series(Random random, string symbol, TradingCalendar calendar, int barsPerDay, int count)
    {
        int scale = random.Next(3) == 0 ? 8 : 4;
        long unit = scale == 8 ? 10_000 : 1;
        long[] open = new long[count];
        long[] high = new long[count];
        long[] low = new long[count];
        long[] close = new long[count];
        long[] volume = new long[count];
        long[] amount = new long[count];
        byte[] suspended = new byte[calendar.Count];
        List<int> slots = [];
        long price = random.Next(200, 5000) * 100L;
        bool hasHoles = random.Next(4) > 0;
        for (int bar = 0; bar < count; bar++)
        {
            suspended[bar / barsPerDay] = random.Next(25) == 0 ? (byte)1 : suspended[bar / barsPerDay];
            if (hasHoles && random.Next(10) == 0)
            {
                continue;
            }

            slots.Add(bar);

            open[bar] = Move(random, price) * unit;
            price = Move(random, open[bar] / unit);
            close[bar] = price * unit;
            high[bar] = Math.Max(open[bar], close[bar]) + (random.Next(3) * 100 * unit);
            low[bar] = Math.Max(100 * unit, Math.Min(open[bar], close[bar]) - (random.Next(3) * 100 * unit));
            volume[bar] = random.Next(15) == 0 ? 0 : random.Next(1, 1000) * 100;
            amount[bar] = volume[bar] * price;
        }

        Instrument instrument = Instrument.FromSymbol(Symbol.Parse(symbol), scale);
        return new InstrumentBars
        {
            Instrument = symbol.EndsWith(".US", StringComparison.Ordinal) ? instrument with { Currency = "USD" } : instrument,
            Slots = slots.Count == count ? default(ReadOnlyMemory<int>) : slots.ToArray(),
            Open = Pick(open, slots),
            High = Pick(high, slots),
            Low = Pick(low, slots),
            Close = Pick(close, slots),
            Volume = Pick(volume, slots),
            Amount = Pick(amount, slots),
            Suspended = random.Next(2) == 0 ? suspended : default(ReadOnlyMemory<byte>),
        };
    }

    private static long[] Pick(long[] values, List<int> slots) => [.. slots.Select(slot => values[slot])];

    private static CorporateAction Action(Random random, Symbol symbol, TradingCalendar calendar)
    {
        int day = random.Next(calendar.Count);
        DateOnly date = calendar.Days[day];
        DateOnly later = calendar.Days[Math.Min(day + 2, calendar.Count - 1)];
        DateOnly latest = calendar.Days[Math.Min(day + 4, calendar.Count - 1)];
        return random.Next(5) switch
        {
            0 => new CashDividend(symbol, date, calendar.Days[Math.Max(0, day - 1)], later, new Price(random.Next(1, 5000))),
            1 => new BonusIssue(symbol, date, later, random.Next(1, 6), 10),
            2 => new ShareSplit(symbol, date, random.Next(1, 4), random.Next(1, 3)),
            3 => new RightsIssue(symbol, date, later, latest, random.Next(1, 4), 10, new Price(random.Next(1, 200) * 100)),
            _ => new Delisting(symbol, date, random.Next(2) == 0 ? null : new Price(random.Next(0, 500) * 100)),
        };
    }

    private static long Move(Random random, long price)
    {
        double percent = random.Next(8) == 0 ? (random.Next(2) == 0 ? 0.1 : -0.1) : (random.NextDouble() - 0.5) * 0.08;
        return Math.Max(100, (long)Math.Round(price * (1 + percent) / 100) * 100);
    }
}
