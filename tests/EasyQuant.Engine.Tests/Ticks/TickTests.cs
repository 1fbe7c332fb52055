using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Ticks as an input of the engines: order of events, fills, and what a table of ticks becomes.</summary>
public sealed class TickTests
{
    private static readonly TimeSpan s_mainland = TimeSpan.FromHours(8);
    private static readonly BacktestSettings s_free = new()
    {
        ExchangeRules = false, CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0,
    };

    [Fact]
    public void Ticks_BarsAndHeartbeats_ComeInOneOrder()
    {
        TickingStrategy strategy = new((1, _ => OrderRequest.Market(0, OrderSide.Buy, 100)));

        ReferenceEngine.Run(TwoMinutes(), strategy, s_free, RuleBook.China, null, default);

        Assert.Equal(
            [
                "start", "heartbeat",
                "tick 0 01:25:00 100000 known 0", "bar 0 100000",
                "tick 0 01:30:10 100100 known 1", "tick 1 01:30:10 200000 known 1",
                "fill 0 100300", "tick 0 01:30:20 100200 known 1",
                "bar 0 100200", "bar 1 200000",
                "tick 0 01:31:30 100500 known 2", "bar 0 100500",
                "stop",
            ],
            strategy.Seen);
    }

    [Fact]
    public void Heartbeats_WithinTheDay_ComeBeforeTicksAndBarOfTheirTime()
    {
        TickingStrategy strategy = new();

        ReferenceEngine.Run(TwoMinutes(), strategy, s_free with { HeartbeatMinutes = 30 }, RuleBook.China, null, default);

        Assert.Equal(
            ["start", "heartbeat", "tick 0", "bar 0", "heartbeat", "tick 0", "tick 1", "tick 0", "bar 0", "bar 1", "tick 0", "bar 0", "stop"],
            strategy.Seen.Select(one => string.Join(' ', one.Split(' ').Take(2))));
    }

    [Fact]
    public void Tick_MarketOrder_TakesTheQuoteOfTheOtherSideAtTheNextTick()
    {
        TickingStrategy strategy = new(
            (1, _ => OrderRequest.Market(0, OrderSide.Buy, 100)),
            (3, _ => OrderRequest.Market(0, OrderSide.Sell, 100)));

        EngineRun run = Run(strategy);

        Assert.Equal([100_300, 100_400], run.Fills.Select(fill => fill.Price.Units));
        Assert.Equal(
            [new DateTimeOffset(2024, 1, 2, 1, 30, 20, TimeSpan.Zero), new DateTimeOffset(2024, 1, 2, 1, 31, 30, TimeSpan.Zero)],
            run.Fills.Select(fill => fill.TickTime!.Value));
    }

    [Fact]
    public void Tick_OrderForAnotherInstrumentAtTheSameTime_WaitsForALaterTime()
    {
        // Symbol 1 ticks at the very time at which the order is given, and never again: the order waits for a bar that has not begun yet.
        TickingStrategy strategy = new((1, _ => OrderRequest.Market(1, OrderSide.Buy, 100)));

        EngineRun run = Run(strategy);

        Assert.Empty(run.Fills);
        Assert.Equal(OrderState.Expired, Assert.Single(run.Orders).State);
    }

    [Fact]
    public void Tick_OrderForAnInstrumentWithoutTicks_WaitsForABarThatHasNotBegun()
    {
        MarketPanel panel = TwoMinutes();
        panel = new MarketPanel(panel.Calendar, panel.Axis, [panel.Series[0], panel.Series[1].WithTicks(null)]);

        EngineRun late = ReferenceEngine.Run(
            panel, new TickingStrategy((1, _ => OrderRequest.Market(1, OrderSide.Buy, 100))), s_free, RuleBook.China, null, default);
        EngineRun early = ReferenceEngine.Run(
            panel, new TickingStrategy((0, _ => OrderRequest.Market(1, OrderSide.Buy, 100))), s_free, RuleBook.China, null, default);

        Assert.Empty(late.Fills);
        Assert.Equal(200_000, Assert.Single(early.Fills).Price.Units);
    }

    [Theory]
    [InlineData(100_250, 100_250)]
    [InlineData(100_300, 100_300)]
    [InlineData(100_400, 100_300)]
    public void Tick_LimitOrder_FillsWhereTheQuoteOrATradeThroughReachesIt(long limit, long price)
    {
        TickingStrategy strategy = new((1, _ => OrderRequest.Limit(0, OrderSide.Buy, 100, limit) with { TimeInForce = TimeInForce.ImmediateOrCancel }));

        EngineRun run = Run(strategy);

        // The ask is 10.03; the trade at 10.02 goes through 10.025, so that order fills at its limit.
        Assert.Equal(price, Assert.Single(run.Fills).Price.Units);
    }

    [Fact]
    public void Tick_StopOrder_WatchesLastPricesAndTakesTheQuote()
    {
        TickingStrategy strategy = new((0, _ => OrderRequest.Stop(0, OrderSide.Buy, 100, 100_150)));

        EngineRun run = Run(strategy);

        Assert.Equal(100_300, Assert.Single(run.Fills).Price.Units);
    }

    [Fact]
    public void Tick_QuoteWithoutVolumeUnderExchangeRules_FillsNothing()
    {
        Table table = new(
        [
            StringColumn.Create("symbol", ["600000.SH", "600000.SH", "600000.SH"]),
            TimestampColumn.Create("time", new long[] { At(1, 30, 1), At(1, 30, 2), At(1, 30, 3) }),
            DecimalColumn.Create("last", 2, new long[] { 1000, 1001, 1002 }),
            Int64Column.Create("volume", new long[] { 100_000, 0, 100_000 }),
        ]);
        TickingStrategy strategy = new((0, _ => OrderRequest.Market(0, OrderSide.Buy, 100)));

        EngineRun run = ReferenceEngine.Run(
            TickMarket.FromTable(table, PanelInterval.OfMinutes(1), s_mainland), strategy, new BacktestSettings(), RuleBook.China, null, default);

        Assert.Equal(100_200, Assert.Single(run.Fills).Price.Units);
    }

    [Fact]
    public void FromTable_RowsOfTwoSymbols_AddUpToBars()
    {
        MarketPanel panel = TwoMinutes();

        InstrumentBars first = panel.Series[0];
        Assert.Equal(3, panel.Axis.Count);
        Assert.Equal([100_000, 100_100, 100_500], first.Open.ToArray());
        Assert.Equal([100_000, 100_200, 100_500], first.Close.ToArray());
        Assert.Equal([300, 500, 100], first.Volume.ToArray());
        Assert.Equal(5, panel.TickCount);
    }

    [Fact]
    public void Ticks_OutsideTheirBar_AreRefused()
    {
        MarketPanel panel = TwoMinutes();
        InstrumentTicks ticks = panel.Series[0].Ticks!;
        InstrumentTicks late = new() { Times = ticks.Times, Bars = new[] { 0, 0, 1, 2 }, Last = ticks.Last, Volume = ticks.Volume };

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new MarketPanel(panel.Calendar, panel.Axis, [panel.Series[0].WithTicks(late), panel.Series[1]]));

        Assert.Contains("Tick 1 of 600000.SH does not lie in the time of bar 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ticks_TruncatedHistory_GivesTheSameFillsSoFar()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            MarketPanel panel = WildMarket.MakeWithTicks(seed);
            BacktestSettings settings = s_free with { Accounts = [] };
            EngineRun whole = Try(panel, seed, settings);
            DateOnly last = panel.Calendar.Days[panel.Calendar.Count / 2];
            EngineRun half = Try(panel.TruncateAfter(last), seed, settings);
            Assert.Equal(
                whole.Fills.Where(fill => fill.TradingDate <= last).Select(fill => (fill.OrderId, fill.Price, fill.TickTime)),
                half.Fills.Select(fill => (fill.OrderId, fill.Price, fill.TickTime)));
        }

        static EngineRun Try(MarketPanel panel, int seed, BacktestSettings settings) =>
            ReferenceEngine.Run(panel, new WildStrategy((ulong)seed), settings, RuleBook.China, null, default);
    }

    private static EngineRun Run(IStrategy strategy) => ReferenceEngine.Run(TwoMinutes(), strategy, s_free, RuleBook.China, null, default);

    private static long At(int hour, int minute, int second) =>
        (new DateTime(2024, 1, 2, hour, minute, second, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Two symbols: an opening auction, a minute with ticks at one time, a minute of one tick.</summary>
    private static MarketPanel TwoMinutes() => TickMarket.FromTable(
        new Table(
        [
            StringColumn.Create("symbol", ["600000.SH", "600000.SH", "600000.SH", "600000.SH", "600001.SH"]),
            TimestampColumn.Create("time", new long[] { At(1, 31, 30), At(1, 25, 0), At(1, 30, 10), At(1, 30, 20), At(1, 30, 10) }),
            DecimalColumn.Create("last", 2, new long[] { 1005, 1000, 1001, 1002, 2000 }),
            Int64Column.Create("volume", new long[] { 100, 300, 200, 300, 400 }),
            DecimalColumn.Create("bid", 2, new long[] { 1004, 999, 1000, 1001, 1999 }),
            DecimalColumn.Create("ask", 2, new long[] { 1006, 1001, 1002, 1003, 2001 }),
        ]),
        PanelInterval.OfMinutes(1),
        s_mainland);
}
