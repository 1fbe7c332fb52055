using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

public sealed class RoundTripTests
{
    private static readonly DateOnly s_monday = new(2024, 1, 8);
    private static readonly Symbol s_share = Symbol.Parse("600000.SH");

    [Fact]
    public void Profits_AnyMarketWithEveryRule_SumToTheCashFlows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), SumsToTheCashFlows));

    /// <summary>A market in which rights reach a short position and turn it into a long one.</summary>
    [Fact]
    public void Profits_RightsTurnAShortTrip_SumToTheCashFlows() => SumsToTheCashFlows(42);

    /// <summary>Sells 100 short at 10, buys 300 at 9: 100 close the short trade with 100 of profit before fees, 200 begin a long one.</summary>
    [Fact]
    public void Trips_FillTurnsThePositionOver_IsSplitByShares()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 4).Add("600000.SH", [0, 1, 2, 3], [100_000, 100_000, 90_000, 95_000]).Build();
        BacktestSettings settings = Free() with { Margin = new MarginSettings() };
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, -100), (1, 0, 300)), settings, RuleBook.China, null, default);
        RoundTrip[] trips = [.. RoundTripBuilder.Build(panel, run)];
        Assert.Equal(2, trips.Length);
        Assert.Equal((true, false, 100L, "100"), (trips[0].IsShort, trips[0].IsOpen, trips[0].Quantity.Units, trips[0].Profit.ToString()));
        Assert.Equal(("10", "9", "1000"), (trips[0].EntryPrice.ToString(), trips[0].ExitPrice.ToString(), trips[0].EntryValue.ToString()));
        Assert.Equal((false, true, 200L, "100"), (trips[1].IsShort, trips[1].IsOpen, trips[1].Quantity.Units, trips[1].Profit.ToString()));
    }

    /// <summary>1,000 at 15, split 3 for 2: 1,500 at an average of 10; the fall of the raw price is no adverse excursion.</summary>
    [Fact]
    public void Trips_Split_KeepsTheCostAndTheExcursion()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 5)
            .Add("600000.SH", [0, 1, 2, 3, 4], [150_000, 150_000, 150_000, 100_000, 110_000])
            .With(new ShareSplit(s_share, Day(3), 3, 2)).Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000), (3, 0, -1500)), Free(), RuleBook.China, null, default);
        RoundTrip trip = Assert.Single(RoundTripBuilder.Build(panel, run));
        Assert.Equal(("10", "11", 1500L), (trip.EntryPrice.ToString(), trip.ExitPrice.ToString(), trip.Quantity.Units));
        Assert.Equal(("1500", "15000"), (trip.Profit.ToString(), trip.EntryValue.ToString()));
        BacktestResult result = Backtester.Run(panel, "buy_and_hold", [], Free(), null, default) with { Run = run, Trades = [trip] };
        TradeExcursion excursion = Assert.Single(PerformanceReport.Of(result, panel, null, ReportOptions.Default).Excursions);
        Assert.Equal((0.0, 0.1), (excursion.Adverse, Math.Round(excursion.Favourable, 12)));
    }

    /// <summary>Sold on the ex-date at 9.5, paid 0.5 a share two days later: the dividend belongs to the trade that has ended.</summary>
    [Fact]
    public void Trips_DividendAfterTheExit_BelongsToTheTrade()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 6)
            .Add("600000.SH", [0, 1, 2, 3, 4, 5], [100_000, 100_000, 100_000, 95_000, 95_000, 95_000])
            .With(new CashDividend(s_share, Day(3), Day(2), Day(5), Price.Parse("0.5"))).Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000), (2, 0, -1000)), Free(), RuleBook.China, null, default);
        RoundTrip trip = Assert.Single(RoundTripBuilder.Build(panel, run));
        Assert.Equal(("0", 0.0), (trip.Profit.ToString(), trip.Return));
        Assert.Equal("500", Assert.Single(run.Postings).Amount.ToString());
    }

    /// <summary>1,000 bought at 10 become 500 of the successor, worth 21 each at the end.</summary>
    [Fact]
    public void Trips_Conversion_GoesOnAsTheSameTrade()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 5)
            .Add("600000.SH", [0, 1, 2], [100_000, 100_000, 100_000])
            .Add("600001.SH", [0, 1, 2, 3, 4], [200_000, 200_000, 200_000, 200_000, 210_000])
            .With(new Conversion(s_share, Day(3), Symbol.Parse("600001.SH"), 1, 2)).Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000)), Free(), RuleBook.China, null, default);
        RoundTrip trip = Assert.Single(RoundTripBuilder.Build(panel, run));
        Assert.Equal(("600001.SH", 500L, "20", "500"), (trip.Symbol.ToString(), trip.Quantity.Units, trip.EntryPrice.ToString(), trip.Profit.ToString()));
        Assert.True(trip.IsOpen);
    }

    [Fact]
    public void Trips_Delisting_EndsTheTrade()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 5)
            .Add("600000.SH", [0, 1, 2], [100_000, 100_000, 100_000])
            .Add("600001.SH", [0, 1, 2, 3, 4], [200_000, 200_000, 200_000, 200_000, 210_000])
            .With(new Delisting(s_share, Day(3), Price.Parse("1.2"))).Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000)), Free(), RuleBook.China, null, default);
        RoundTrip trip = Assert.Single(RoundTripBuilder.Build(panel, run));
        Assert.Equal((Day(3), "1.2", "-8800"), (trip.ExitDate, trip.ExitPrice.ToString(), trip.Profit.ToString()));
    }

    private static BacktestSettings Free() => new()
    {
        CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0, ExchangeRules = false, DividendTax = false,
    };

    private static DateOnly Day(int index) => PanelBuilder.Weekdays(s_monday).ElementAt(index);

    private static void SumsToTheCashFlows(int seed)
    {
        MarketPanel panel = FullMarket.Make(seed);
        BacktestSettings settings = FullSettings.Make(seed);
        EngineRun run = ReferenceEngine.Run(panel, new FullTrader((ulong)seed), settings, RuleBook.China, null, default);
        RoundTrip[] trips = [.. RoundTripBuilder.Build(panel, run)];
        for (int account = 0; account < settings.Accounts.Length; account++)
        {
            foreach (string currency in new[] { "CNY", "USD" })
            {
                Money expected = Money.Zero;
                foreach (Fill fill in run.Fills.Where(fill => fill.Account == account && CurrencyOf(fill.Symbol) == currency))
                {
                    expected += fill.CashFlow;
                }

                foreach (Posting posting in run.Postings.Where(one => one.Account == account && one.Symbol != default && CurrencyOf(one.Symbol) == currency))
                {
                    expected += posting.Amount;
                }

                foreach (Position position in run.Positions.Where(one => one.Account == account && CurrencyOf(one.Symbol) == currency))
                {
                    Instrument instrument = panel.Series[panel.IndexOf(position.Symbol)].Instrument;
                    expected += new Money((long)ScaledDecimal.DivideHalfUp(
                        (Int128)position.LastPrice.Units * position.Quantity.Units,
                        ScaledDecimal.PowerOfTen(instrument.PriceScale + instrument.QuantityScale - Money.Scale)));
                }

                Money profit = trips.Where(trip => trip.Account == account && CurrencyOf(trip.Symbol) == currency)
                    .Aggregate(Money.Zero, (sum, trip) => sum + trip.Profit);
                Assert.Equal(expected, profit);
            }
        }

        Assert.All(trips, trip => Assert.True(trip.Quantity.Units >= 0 && trip.DayCount > 0));

        string CurrencyOf(Symbol symbol) => panel.Series[panel.IndexOf(symbol)].Instrument.Currency;
    }
}
