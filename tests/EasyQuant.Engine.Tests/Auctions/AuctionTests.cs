using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Orders on open and on close against the rows of the call auctions, and against what stands for them.</summary>
public sealed class AuctionTests
{
    private static readonly TimeOnly[] s_withRows = [new(9, 25), new(9, 30), new(14, 56), new(14, 59)];
    private static readonly TimeOnly[] s_withoutRows = [new(9, 30), new(13, 0), new(14, 56)];
    private static readonly BacktestSettings s_settings = new() { CommissionMinimum = Money.Zero };

    [Fact]
    public void OnOpenAndOnClose_RowsOfTheAuctions_FillThereWithoutAFlag()
    {
        EngineRun run = Run(s_withRows, new DateOnly(2024, 1, 2), AuctionPolicy.AuctionRows);

        Assert.Equal([Local(2, 9, 25), Local(2, 14, 59)], run.Fills.Select(fill => fill.BarStart));
        Assert.Equal([10_400L, 10_700L], run.Fills.Select(fill => fill.Price.Units));
        Assert.Equal(["auction.rows"], run.Assumptions.AsEnumerable());
        Assert.Empty(Run(s_withRows, new DateOnly(2024, 1, 2), AuctionPolicy.BarOfDay).Assumptions);
    }

    [Fact]
    public void OnOpenAndOnClose_WithoutRows_TakeTheBarOfTheDayAndSaySo()
    {
        EngineRun run = Run(s_withoutRows, new DateOnly(2024, 1, 2), AuctionPolicy.BarOfDay);

        Assert.Equal([Local(2, 9, 30), Local(2, 14, 56)], run.Fills.Select(fill => fill.BarStart));
        Assert.Equal(["auction.first_bar", "auction.last_bar"], run.Assumptions.AsEnumerable());
    }

    [Fact]
    public void OnOpenAndOnClose_RowsDemandedAndMissing_Rest()
    {
        EngineRun run = Run(s_withoutRows, new DateOnly(2024, 1, 2), AuctionPolicy.AuctionRows);

        Assert.Empty(run.Fills);
        Assert.All(run.Orders, order => Assert.Equal(OrderState.Expired, order.State));
    }

    [Fact]
    public void OnClose_BeforeShanghaiHadAClosingAuction_IsFlagged()
    {
        EngineRun run = Run(s_withRows, new DateOnly(2018, 8, 15), AuctionPolicy.BarOfDay);

        Assert.Equal(2, run.Fills.Length);
        Assert.Equal(["auction.last_bar"], run.Assumptions.AsEnumerable());
    }

    [Fact]
    public void OnClose_BeyondTheAuctionsVolume_IsCut()
    {
        EngineRun run = Run(s_withRows, new DateOnly(2024, 1, 2), AuctionPolicy.AuctionRows, closingVolume: 400);

        Assert.Equal(100, run.Fills[^1].Quantity.Units);
        Assert.Equal("market.volume", run.Orders[^1].BoundBy);
    }

    private static EngineRun Run(TimeOnly[] times, DateOnly first, AuctionPolicy policy, long closingVolume = 1_000_000)
    {
        TradingCalendar calendar = TradingCalendar.FromDays(PanelBuilder.Weekdays(first).Take(2));
        int count = times.Length * 2;
        long[] starts = [.. Enumerable.Range(0, count).Select(i => Micros(calendar.Days[i / times.Length], times[i % times.Length]))];
        BarAxis axis = new(PanelInterval.OfMinutes(1), starts, Enumerable.Range(0, count).Select(i => i / times.Length).ToArray());
        long[] prices = [.. Enumerable.Range(0, count).Select(i => 10_000L + (i * 100))];
        long[] volumes = [.. Enumerable.Range(0, count).Select(i => i == count - 1 ? closingVolume : 1_000_000L)];
        MarketPanel panel = new(
            calendar,
            axis,
            [
                new InstrumentBars
                {
                    Instrument = Instrument.FromSymbol(Symbol.Parse("600000.SH")), Open = prices, High = prices, Low = prices, Close = prices, Volume = volumes,
                },
            ]);
        BacktestSettings settings = s_settings with { AuctionPolicy = policy };
        EngineRun reference = ReferenceEngine.Run(panel, new OpenAndClose(), settings, RuleBook.China, null, default);
        EngineRun fast = FastEngine.Run(panel, new OpenAndClose(), settings, RuleBook.China, null, default);
        Assert.Equal(reference.Fills.AsEnumerable(), fast.Fills.AsEnumerable());
        Assert.Equal(reference.Assumptions.AsEnumerable(), fast.Assumptions.AsEnumerable());
        return reference;
    }

    private static DateTimeOffset Local(int day, int hour, int minute) => new(2024, 1, day + 1, hour, minute, 0, TimeSpan.FromHours(8));

    private static long Micros(DateOnly day, TimeOnly time) =>
        (new DateTimeOffset(day, time, TimeSpan.FromHours(8)).UtcDateTime - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Buys at the second day's open and again at its close.</summary>
    private sealed class OpenAndClose : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (context.DayIndex == 0 && context.IsLastBarOfDay)
            {
                context.Submit(OrderRequest.OnOpen(instrument, OrderSide.Buy, 200));
                context.Submit(OrderRequest.OnClose(instrument, OrderSide.Buy, 200));
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
