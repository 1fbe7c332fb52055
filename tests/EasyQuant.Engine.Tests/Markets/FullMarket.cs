using System.Collections.Immutable;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>
/// Small random markets with everything on: boards, a foreign share, a coin, suspensions, days without volume, limit moves, ST periods, new listings,
/// dividends, bonus shares, splits, rights, a delisting and a conversion, days or four bars a day.
/// </summary>
internal static class FullMarket
{
    private static readonly string[] s_symbols = ["000001.SZ", "300750.SZ", "430047.BJ", "600000.SH", "600001.SH", "688001.SH", "AAPL.US", "BTCUSDT.BINANCE"];

    public static MarketPanel Make(int seed)
    {
        Random random = new(seed);
        int dayCount = random.Next(20, 70);
        int barsPerDay = random.Next(3) == 0 ? 4 : 1;
        TradingCalendar calendar = TradingCalendar.FromDays(PanelBuilder.Weekdays(new DateOnly(2023, 7, 3)).Take(dayCount));
        ImmutableArray<CorporateAction>.Builder actions = ImmutableArray.CreateBuilder<CorporateAction>();
        ImmutableArray<InstrumentBars>.Builder series = ImmutableArray.CreateBuilder<InstrumentBars>();
        foreach (string text in s_symbols)
        {
            Instrument instrument = InstrumentOf(Symbol.Parse(text), calendar, random);
            List<CorporateAction> own = ActionsOf(instrument, calendar, random);
            actions.AddRange(own);
            series.Add(Bars(instrument, own, calendar, barsPerDay, random));
        }

        long[] rates = new long[dayCount];
        for (int day = 0; day < dayCount; day++)
        {
            rates[day] = 700_000_000 + random.Next(-20_000_000, 20_000_000);
        }

        return new MarketPanel(calendar, Axis(calendar, barsPerDay), series.ToImmutable(), actions.ToImmutable(), [new FxRates("USD", rates)]);
    }

    private static BarAxis Axis(TradingCalendar calendar, int barsPerDay)
    {
        if (barsPerDay == 1)
        {
            return BarAxis.Daily(calendar);
        }

        int[] days = [.. Enumerable.Range(0, calendar.Count * barsPerDay).Select(t => t / barsPerDay)];
        long[] starts =
        [
            .. days.Select((day, t) => ((calendar.Days[day].ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / 10)
                + (((t % barsPerDay) + 1) * 3_600_000_000L)),
        ];
        return new BarAxis(PanelInterval.OfMinutes(60), starts, days);
    }

    private static Instrument InstrumentOf(Symbol symbol, TradingCalendar calendar, Random random)
    {
        Instrument one = Instrument.FromSymbol(symbol, symbol.Exchange == "BINANCE" ? 6 : 4);
        if (symbol.Exchange is "US" or "BINANCE")
        {
            return one with { Currency = "USD", QuantityScale = symbol.Exchange == "US" ? 0 : 4, Tick = 100 };
        }

        return one with
        {
            ListDate = random.Next(3) == 0 ? calendar.Days[random.Next(calendar.Count / 2)] : null,
            SpecialTreatmentPeriods = random.Next(4) == 0
                ? [new DateRange(calendar.Days[random.Next(calendar.Count / 2)], calendar.Days[^random.Next(1, calendar.Count / 2)])]
                : [],
            ShareSettlementDays = random.Next(6) == 0 ? random.Next(4) : null,
            CashSettlementDays = random.Next(6) == 0 ? random.Next(4) : null,
        };
    }

    private static List<CorporateAction> ActionsOf(Instrument one, TradingCalendar calendar, Random random)
    {
        List<CorporateAction> actions = [];
        Symbol symbol = one.Symbol;
        for (int i = random.Next(4); i > 0; i--)
        {
            int ex = random.Next(2, calendar.Count - 6);
            DateOnly date = calendar.Days[ex];
            actions.Add(random.Next(4) switch
            {
                0 => new ShareSplit(symbol, date, random.Next(1, 4), random.Next(1, 4)),
                1 => new BonusIssue(symbol, date, calendar.Days[ex + random.Next(3)], random.Next(1, 6), 10),
                2 => new RightsIssue(symbol, date, calendar.Days[ex + 2], calendar.Days[ex + 2 + random.Next(3)], 2, 10, new Price(random.Next(100, 2000) * 100L)),
                _ => new CashDividend(
                    symbol, date, calendar.Days[ex - random.Next(1, 3)], calendar.Days[ex + random.Next(4)], new Price(random.Next(1, 8000))),
            });
        }

        if (symbol.Code == "600001" && random.Next(2) == 0)
        {
            DateOnly end = calendar.Days[calendar.Count - 5];
            actions.RemoveAll(action => action.EffectiveDate >= calendar.Days[calendar.Count - 12]);
            actions.Add(random.Next(2) == 0
                ? new Delisting(symbol, end, random.Next(2) == 0 ? new Price(12_300) : null)
                : new Conversion(symbol, end, Symbol.Parse("600000.SH"), random.Next(1, 4), random.Next(1, 4)));
        }

        return actions;
    }

    private static InstrumentBars Bars(Instrument one, List<CorporateAction> actions, TradingCalendar calendar, int barsPerDay, Random random)
    {
        List<int> slots = [];
        List<long>[] columns = [[], [], [], [], [], []];
        long unit = ScaledDecimal.PowerOfTen(one.PriceScale - 4);
        long price = random.Next(200, 5000) * 100L * unit;
        for (int day = 0; day < calendar.Count; day++)
        {
            DateOnly date = calendar.Days[day];
            if (actions.Exists(action => action is Delisting or Conversion && action.EffectiveDate <= date) || date < one.ListDate)
            {
                continue;
            }

            long reference = ExReference.Of(price, actions.Where(action => action.EffectiveDate == date));
            price = Math.Max(unit * 1000, reference / (unit * 100) * unit * 100);
            bool isSuspended = random.Next(12) == 0;
            for (int bar = 0; bar < barsPerDay; bar++)
            {
                if (isSuspended || random.Next(20) == 0)
                {
                    continue;
                }

                long open = Move(random, price, unit);
                price = Move(random, open, unit);
                slots.Add((day * barsPerDay) + bar);
                long high = Math.Max(open, price) + (random.Next(4) * 100 * unit);
                long low = Math.Max(unit * 100, Math.Min(open, price) - (random.Next(4) * 100 * unit));
                long volume = random.Next(15) == 0 ? 0 : random.Next(1, 400) * 100;
                long[] row = [open, high, low, price, volume, price / unit * volume];
                for (int column = 0; column < row.Length; column++)
                {
                    columns[column].Add(row[column]);
                }
            }
        }

        return new InstrumentBars
        {
            Instrument = one,
            Slots = slots.ToArray(),
            Open = columns[0].ToArray(),
            High = columns[1].ToArray(),
            Low = columns[2].ToArray(),
            Close = columns[3].ToArray(),
            Volume = columns[4].ToArray(),
            Amount = columns[5].ToArray(),
        };
    }

    private static long Move(Random random, long price, long unit)
    {
        double percent = random.Next(8) == 0 ? (random.Next(2) == 0 ? 0.1 : -0.1) : (random.NextDouble() - 0.5) * 0.08;
        return Math.Max(unit * 1000, (long)Math.Round(price * (1 + percent) / (100 * unit)) * 100 * unit);
    }
}
