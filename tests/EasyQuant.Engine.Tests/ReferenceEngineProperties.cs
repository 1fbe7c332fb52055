using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

public sealed class ReferenceEngineProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(150);

    [Fact]
    public void Cash_AnyRun_IsInitialCashPlusFlows() => ForRuns((settings, _, run) =>
    {
        Money cash = settings.InitialCash;
        foreach (Fill fill in run.Fills)
        {
            cash += fill.CashFlow;
            Assert.True(cash >= Money.Zero, $"cash {cash} after order {fill.OrderId}");
        }

        Assert.Equal(cash, run.Equity[^1].Cash);
    });

    [Fact]
    public void Position_AnyRun_IsSumOfFills() => ForRuns((_, _, run) =>
    {
        Dictionary<Symbol, long> held = [];
        foreach (Fill fill in run.Fills)
        {
            long signed = fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units;
            held[fill.Symbol] = held.GetValueOrDefault(fill.Symbol) + signed;
            Assert.True(held[fill.Symbol] >= 0, "long only");
        }

        Assert.Equal(
            held.Where(pair => pair.Value != 0).OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value)),
            run.Positions.Select(position => (position.Symbol, position.Quantity.Units)));
    });

    [Fact]
    public void Equity_EveryDay_IsCashPlusPositionsAtLastClose() => ForRuns((settings, panel, run) =>
    {
        foreach (EquityPoint point in run.Equity)
        {
            Money expected = settings.InitialCash;
            foreach (Fill fill in run.Fills.Where(fill => fill.TradingDate <= point.TradingDate))
            {
                expected += fill.CashFlow;
            }

            Assert.Equal(expected, point.Cash);
            foreach (InstrumentBars series in panel.Series)
            {
                long held = run.Fills
                    .Where(fill => fill.Symbol == series.Instrument.Symbol && fill.TradingDate <= point.TradingDate)
                    .Sum(fill => fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units);
                expected += LastClose(panel, series, point.TradingDate).ValueOf(new Quantity(held));
            }

            Assert.Equal(expected, point.Equity);
        }
    });

    [Fact]
    public void Fill_SuspendedInstrument_NeverHappens() => ForRuns((settings, panel, run) =>
    {
        foreach (Fill fill in run.Fills)
        {
            InstrumentBars series = panel.Series.Single(one => one.Instrument.Symbol == fill.Symbol);
            int bar = panel.Calendar.IndexOf(fill.TradingDate);
            int row = series.RowAt(bar);
            Assert.True(row >= 0 && (!settings.ExchangeRules || series.Volume.Span[row] > 0));
            Assert.Equal(series.Open.Span[row], fill.Price.Units);
            Assert.True(run.Orders[fill.OrderId - 1].SubmitDate < fill.TradingDate);
        }
    });

    [Fact]
    public void Settlement_SharesBoughtToday_AreNeverSoldToday() => ForRuns((settings, _, run) =>
    {
        if (!settings.ExchangeRules)
        {
            return;
        }

        foreach (IGrouping<Symbol, Fill> fills in run.Fills.GroupBy(fill => fill.Symbol))
        {
            long heldAtOpen = 0;
            foreach (IGrouping<DateOnly, Fill> day in fills.GroupBy(fill => fill.TradingDate))
            {
                long sold = day.Where(fill => fill.Side == OrderSide.Sell).Sum(fill => fill.Quantity.Units);
                Assert.True(sold <= heldAtOpen, $"sold {sold} of {heldAtOpen} held at the open");
                heldAtOpen += day.Sum(fill => fill.Side == OrderSide.Buy ? fill.Quantity.Units : -fill.Quantity.Units);
            }
        }
    });

    [Fact]
    public void Orders_HistoryTruncated_EarlierOnesUnchanged() => ForSeeds((panel, settings, seed) =>
    {
        EngineRun whole = Run(panel, settings, seed);
        DateOnly cut = panel.Calendar.Days[panel.Calendar.Count / 2];
        EngineRun part = Run(panel.TruncateAfter(cut), settings, seed);
        Assert.Equal(
            whole.Orders.Where(order => order.SubmitDate <= cut).Select(order => (order.OrderId, order.Symbol, order.Side, order.Quantity)),
            part.Orders.Select(order => (order.OrderId, order.Symbol, order.Side, order.Quantity)));
        Assert.Equal(whole.Fills.Where(fill => fill.TradingDate <= cut), part.Fills);
        Assert.Equal(whole.Equity.Where(point => point.TradingDate <= cut), part.Equity);
    });

    [Fact]
    public void Run_Repeated_IsBitIdentical() => ForSeeds((panel, settings, seed) =>
    {
        EngineRun first = Run(panel, settings, seed);
        EngineRun second = Run(RandomMarket.Make(seed), settings, seed);
        Assert.Equal(first.Equity.ToArray(), second.Equity.ToArray());
        Assert.Equal(first.Orders.ToArray(), second.Orders.ToArray());
        Assert.Equal(first.Fills.ToArray(), second.Fills.ToArray());
        Assert.Equal(first.Positions.ToArray(), second.Positions.ToArray());
    });

    [Fact]
    public void Fills_UnrelatedInstrumentAdded_StayTheSame() => ForSeeds((panel, settings, seed) =>
    {
        // Fixed sizes and cash in plenty: nothing but the account could tie instruments together.
        BacktestSettings rich = settings with { InitialCash = Money.FromYuan(1_000_000_000) };
        MarketPanel one = MarketPanel.Daily(panel.Calendar, [panel.Series[0]]);
        EngineRun alone = ReferenceEngine.Run(
            one, new SmaCrossStrategy(2, 4, OrderSize.FixedShares(300)), rich, RuleBook.China, null, CancellationToken.None);
        EngineRun among = ReferenceEngine.Run(
            panel, new SmaCrossStrategy(2, 4, OrderSize.FixedShares(300)), rich, RuleBook.China, null, CancellationToken.None);
        Symbol symbol = panel.Series[0].Instrument.Symbol;
        Assert.Equal(
            alone.Fills.Select(fill => fill with { OrderId = 0 }),
            among.Fills.Where(fill => fill.Symbol == symbol).Select(fill => fill with { OrderId = 0 }));
    });

    [Fact]
    public void RandomMarkets_ManySeeds_MeetEveryRule()
    {
        HashSet<string> met = [];
        for (int seed = 0; seed < 300; seed++)
        {
            BacktestSettings settings = new()
            {
                InitialCash = Money.FromYuan(100_000),
                SuspensionPolicy = seed % 2 == 0 ? SuspensionPolicy.Rest : SuspensionPolicy.Reject,
            };
            met.UnionWith(Run(RandomMarket.Make(seed), settings, seed).Orders.Select(order => order.BoundBy ?? "filled"));
        }

        string[] expected =
        [
            "filled", "account.cash", "account.position", "data.end", "lot.hundred.1990", "lot.star.2019", "lot.bse.2021",
            "market.suspended", "price-limit.main.1996", "settlement.t1.1995",
        ];
        Assert.Empty(expected.Except(met));
    }

    [Fact]
    public void Order_NotFilledInFull_NamesWhatBound() => ForRuns((_, _, run) =>
    {
        foreach (Order order in run.Orders)
        {
            Assert.Equal(order.State == OrderState.Filled, order.BoundBy is null);
            Assert.Equal(order.State == OrderState.Filled, order.FilledQuantity == order.Quantity);
            Assert.NotEqual(OrderState.Resting, order.State);
        }
    });

    private static void ForRuns(Action<BacktestSettings, MarketPanel, EngineRun> check) =>
        ForSeeds((panel, settings, seed) => check(settings, panel, Run(panel, settings, seed)));

    private static void ForSeeds(Action<MarketPanel, BacktestSettings, int> check) => Check.One(
        s_config,
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            ArbMap.Default.ArbFor<bool>(),
            ArbMap.Default.ArbFor<bool>(),
            (seed, hasRules, rests) => check(
                RandomMarket.Make(seed),
                new BacktestSettings
                {
                    InitialCash = Money.FromYuan(100_000),
                    ExchangeRules = hasRules,
                    SuspensionPolicy = rests ? SuspensionPolicy.Rest : SuspensionPolicy.Reject,
                },
                seed)));

    private static EngineRun Run(MarketPanel panel, BacktestSettings settings, int seed) =>
        ReferenceEngine.Run(panel, new RandomStrategy((ulong)seed), settings, RuleBook.China, null, CancellationToken.None);

    private static Price LastClose(MarketPanel panel, InstrumentBars series, DateOnly date)
    {
        int end = series.RowFrom(panel.Calendar.IndexOf(date) + 1);
        return end == 0 ? new Price(0) : new Price(series.Close.Span[end - 1]);
    }
}
