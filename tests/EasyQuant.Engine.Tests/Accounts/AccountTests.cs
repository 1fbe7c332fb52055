using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Borrowing, interest, currencies, several accounts.</summary>
public sealed class AccountTests
{
    private static readonly DateOnly s_monday = new(2024, 1, 8);

    [Fact]
    public void Margin_Buy_IsCutToTheInitialMargin()
    {
        Order order = Run(Margin(100_000), ["10", "10", "10"], (0, 0, 30_000)).Orders[0];
        Assert.Equal((OrderState.Clipped, 20_000L, "account.margin"), (order.State, order.FilledQuantity.Units, order.BoundBy));
    }

    [Fact]
    public void Margin_Short_IsCutToTheInitialMarginAndGainsFromAFall()
    {
        EngineRun run = Run(Margin(100_000), ["10", "10", "9"], (0, 0, -30_000));
        Assert.Equal(20_000, run.Orders[0].FilledQuantity.Units);
        Assert.Equal(("300000", "120000"), (run.Equity[^1].Cash.ToString(), run.Equity[^1].Equity.ToString()));
        Assert.Equal(-20_000, Assert.Single(run.Positions).Quantity.Units);
    }

    [Fact]
    public void Margin_BelowMaintenance_IsClosedByTheBroker()
    {
        // 20,000 bought at 10 with 100,000 borrowed: at 7.10 equity of 42,000 is below 30 % of 142,000.
        EngineRun run = Run(Margin(100_000), ["10", "10", "7.10", "7.20", "7.20"], (0, 0, 20_000));
        MarginCall call = Assert.Single(run.MarginCalls);
        Assert.Equal((Day(2), "42000"), (call.TradingDate, call.Equity.ToString()));
        Assert.True(run.Orders[1].IsForced);
        Assert.Equal("7.2", run.Fills[1].Price.ToString());
        Assert.Empty(run.Positions);
        Assert.Equal("44000", run.Equity[^1].Cash.ToString());
    }

    [Fact]
    public void Margin_ReportOnly_KeepsThePositions()
    {
        BacktestSettings settings = Margin(100_000);
        settings = settings with { Margin = settings.Margin! with { CallPolicy = MarginCallPolicy.Report } };
        EngineRun run = Run(settings, ["10", "10", "7.10", "7.20"], (0, 0, 20_000));
        Assert.Single(run.MarginCalls);
        Assert.Single(run.Positions);
    }

    [Fact]
    public void Debt_OverAWeekend_CostsThreeDays()
    {
        // Bought on Tuesday: 100,000 of debt at 8 % is 21.9178 a day; interest joins the debt, cents left over are carried: 21.9178, 21.9204, 21.9278;
        // Friday to Monday counts three days of 100,065.77, 65.7945.
        BacktestSettings settings = Margin(100_000);
        settings = settings with { Margin = settings.Margin! with { DebtPpm = 80_000 } };
        EngineRun run = Run(settings, ["10", "10", "10", "10", "10", "10"], (0, 0, 20_000));
        Assert.Equal(["-21.92", "-21.92", "-21.93", "-65.79"], run.Postings.Select(posting => posting.Amount.ToString()));
        Assert.All(run.Postings, posting => Assert.Equal(PostingKind.Interest, posting.Kind));
    }

    [Fact]
    public void Short_Borrowed_PaysTheFee()
    {
        BacktestSettings settings = Margin(100_000);
        settings = settings with { Margin = settings.Margin! with { BorrowPpm = 36_500 } };
        EngineRun run = Run(settings, ["10", "10", "10"], (0, 0, -10_000));
        Assert.Equal((PostingKind.BorrowFee, "-10"), (run.Postings[0].Kind, run.Postings[0].Amount.ToString()));
    }

    [Fact]
    public void Interest_OnCash_LosesNoCentToRounding()
    {
        // 40 CNY at 3.65 % are 0.4 cents a day, which rounding each day alone would lose.
        BacktestSettings settings = Free with { InitialCash = Money.FromYuan(40), CashInterestPpm = 36_500 };
        EngineRun run = ReferenceEngine.Run(
            new PanelBuilder(s_monday, 201).Flat("600000.SH", [.. Enumerable.Repeat("10", 201)]).Build(), new ScriptedStrategy(), settings, RuleBook.China, null, default);
        int days = Day(200).DayNumber - s_monday.DayNumber;
        Assert.InRange(run.Equity[^1].Cash.ToDouble() - 40, (40 * 0.0365 * days / 365) - 0.01, (40 * 0.0365 * days / 365 * 1.02) + 0.01);
    }

    [Fact]
    public void Cash_OfSales_IsTradableTodayAndWithdrawableTomorrow()
    {
        Watch watch = new();
        ReferenceEngine.Run(Panel(["10", "10", "10", "10"]), watch, Free with { InitialCash = Money.FromYuan(10_000) }, RuleBook.China, null, default);
        Assert.Equal([("10000", "10000"), ("0", "0"), ("10000", "0"), ("10000", "10000")], watch.Seen);
    }

    [Fact]
    public void Currencies_ForeignShare_IsValuedAtTheRateOfTheDay()
    {
        MarketPanel home = Panel(["10", "10", "10"]);
        InstrumentBars foreign = new()
        {
            Instrument = Instrument.FromSymbol(Symbol.Parse("AAPL.US")) with { Currency = "USD" },
            Open = new long[] { 100_000, 100_000, 110_000 },
            High = new long[] { 100_000, 100_000, 110_000 },
            Low = new long[] { 100_000, 100_000, 110_000 },
            Close = new long[] { 100_000, 100_000, 110_000 },
            Volume = new long[] { 1000, 1000, 1000 },
        };
        MarketPanel panel = new(
            home.Calendar, home.Axis, [.. home.Series, foreign], exchangeRates: [new FxRates("USD", new long[] { 700_000_000, 710_000_000, 720_000_000 })]);
        BacktestSettings settings = Free with
        {
            Accounts =
            [
                new AccountSettings("home", [new CashBalance("CNY", Money.FromYuan(7_000)), new CashBalance("USD", Money.FromYuan(1_000))]),
                new AccountSettings("other", [new CashBalance("CNY", Money.FromYuan(50))]),
            ],
        };
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 1, 100)), settings, RuleBook.China, null, default);
        // 1,000 USD buy 100 shares at 10; at 11 and 7.20 they are 7,920 CNY.
        Assert.Equal(["14050", "14150", "14970"], run.Equity.Select(point => point.Equity.ToString()));
        Assert.Equal("14920", run.Accounts[0].Equity[^1].ToString());
        Assert.Equal("50", run.Accounts[1].Equity[^1].ToString());
        Assert.Equal(["CNY", "USD"], run.Accounts[0].FinalCash.Select(cash => cash.Currency));
    }

    [Fact]
    public void Currencies_WithoutRates_AreRefused()
    {
        BacktestSettings settings = Free with { Accounts = [new AccountSettings("main", [new CashBalance("USD", Money.FromYuan(1))])] };
        BacktestParameterException failure = Assert.Throws<BacktestParameterException>(() => Run(settings, ["10", "10"]));
        Assert.Equal("FX_RATE_MISSING", failure.Errors[0].Reason);
    }

    [Fact]
    public void Benchmark_Composite_IsTheWeightedDailyReturn()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 3).Flat("600000.SH", "10", "11", "11").Flat("600001.SH", "20", "20", "19").Build();
        BacktestSettings settings = Free with
        {
            Benchmark = [new BenchmarkPart(Symbol.Parse("600000.SH"), 500_000), new BenchmarkPart(Symbol.Parse("600001.SH"), 500_000)],
        };
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy(), settings, RuleBook.China, null, default);
        Assert.Equal([1.0, 1.05, 1.02375], run.Benchmark.Select(level => Math.Round(level, 10)));
        BacktestSettings unknown = settings with { Benchmark = [new BenchmarkPart(Symbol.Parse("000300.SH"), 1_000_000)] };
        BacktestParameterException failure = Assert.Throws<BacktestParameterException>(
            () => ReferenceEngine.Run(panel, new ScriptedStrategy(), unknown, RuleBook.China, null, default));
        Assert.Equal("SYMBOL_NOT_FOUND", failure.Errors[0].Reason);
    }

    private static BacktestSettings Free => new()
    {
        ExchangeRules = false, CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0,
    };

    private static BacktestSettings Margin(long cash) => Free with
    {
        InitialCash = Money.FromYuan(cash), Margin = new MarginSettings { BorrowPpm = 0, DebtPpm = 0 },
    };

    private static DateOnly Day(int index) => PanelBuilder.Weekdays(s_monday).ElementAt(index);

    private static MarketPanel Panel(string[] prices) => new PanelBuilder(s_monday, prices.Length).Flat("600000.SH", prices).Build();

    private static EngineRun Run(BacktestSettings settings, string[] prices, params (int Bar, int Instrument, long Shares)[] script) =>
        ReferenceEngine.Run(Panel(prices), new ScriptedStrategy(script), settings, RuleBook.China, null, default);

    /// <summary>Buys 1,000 after the first bar, sells them after the second, and notes cash and what could be withdrawn.</summary>
    private sealed class Watch : IStrategy
    {
        public List<(string Cash, string Withdrawable)> Seen { get; } = [];

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            Seen.Add((context.Cash.ToString(), context.WithdrawableCash.ToString()));
            _ = Seen.Count switch
            {
                1 => context.Buy(0, 1000),
                2 => context.Sell(0, 1000),
                _ => 0,
            };
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
