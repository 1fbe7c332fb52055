using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class FastAllocationTests
{
    private const int DayCount = 40;

    [Fact]
    public void Run_TwiceTheBarsADay_AllocatesNoMore()
    {
        MarketPanel once = Minutes(200);
        MarketPanel twice = Minutes(400);
        BacktestSettings settings = new()
        {
            InitialCash = Money.FromYuan(10_000_000), StampDutySellPpm = 1000, TransferFeePpm = 0, ExchangeRules = false,
        };
        for (int i = 0; i < 3; i++)
        {
            Measure(once, settings);
            Measure(twice, settings);
        }

        (long bytes, int fills) = Measure(once, settings);
        (long moreBytes, int moreFills) = Measure(twice, settings);
        Assert.True(moreFills > fills + 200, $"{fills} and {moreFills} fills");
        Assert.True(moreBytes - bytes < 4096, $"{bytes} bytes for {DayCount * 200} bars, {moreBytes} for twice as many");
    }

    [Fact]
    public void Run_TwiceTheTicks_AllocatesNoMore()
    {
        MarketPanel once = WithTicks(Minutes(50), 2);
        MarketPanel twice = WithTicks(Minutes(50), 4);
        BacktestSettings settings = new() { InitialCash = Money.FromYuan(10_000_000), StampDutySellPpm = 1000, TransferFeePpm = 0, ExchangeRules = false };
        _ = (once.TickCount, twice.TickCount);
        for (int i = 0; i < 3; i++)
        {
            Measure(once, settings);
            Measure(twice, settings);
        }

        (long bytes, int fills) = Measure(once, settings);
        (long moreBytes, _) = Measure(twice, settings);
        Assert.True(fills > 20, $"{fills} fills");
        Assert.True(moreBytes - bytes < 4096, $"{bytes} bytes for {once.TickCount} ticks, {moreBytes} for {twice.TickCount}");
    }

    private static MarketPanel WithTicks(MarketPanel panel, int ticksPerBar)
    {
        InstrumentBars series = panel.Series[0];
        int[] bars = [.. Enumerable.Range(0, series.Count * ticksPerBar).Select(i => i / ticksPerBar)];
        InstrumentTicks ticks = new()
        {
            Times = bars.Select((bar, i) => panel.Axis.Starts.Span[bar] + (i % ticksPerBar * 1_000_000L)).ToArray(),
            Bars = bars,
            Last = bars.Select(bar => series.Close.Span[bar]).ToArray(),
            Volume = bars.Select(_ => 1_000L).ToArray(),
        };
        return new MarketPanel(panel.Calendar, panel.Axis, [series.WithTicks(ticks)]);
    }

    private static (long Bytes, int Fills) Measure(MarketPanel panel, BacktestSettings settings)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        using FastRun run = FastEngine.Simulate(panel, new TrailingStrategy(OrderSize.FixedShares(100)), settings, RuleBook.China, null, default);
        return (GC.GetAllocatedBytesForCurrentThread() - before, run.FillCount);
    }

    private static MarketPanel Minutes(int barsPerDay)
    {
        TradingCalendar calendar = TradingCalendar.FromDays(PanelBuilder.Weekdays(new DateOnly(2023, 7, 3)).Take(DayCount));
        int count = DayCount * barsPerDay;
        Random random = new(5);
        long[] price = new long[count];
        long[] starts = new long[count];
        int[] days = new int[count];
        long last = 1_000_000;
        for (int i = 0; i < count; i++)
        {
            last = Math.Max(10_000, last + random.Next(-30_000, 30_001));
            price[i] = last;
            days[i] = i / barsPerDay;
            starts[i] = ((calendar.Days[days[i]].DayNumber * 1440L) + (i % barsPerDay)) * 60_000_000;
        }

        InstrumentBars series = new()
        {
            Instrument = Instrument.FromSymbol(Symbol.Parse("600000.SH")), Open = price, High = price, Low = price, Close = price, Volume = price,
        };
        return new MarketPanel(calendar, new BarAxis(PanelInterval.OfMinutes(1), starts, days), [series]);
    }
}
