using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class CorporateActionTests
{
    private static readonly DateOnly s_monday = new(2024, 1, 8);
    private static readonly Symbol s_share = Symbol.Parse("600000.SH");
    private static readonly Symbol s_other = Symbol.Parse("600001.SH");

    [Fact]
    public void Dividend_BetweenExAndPayDate_IsReceivable()
    {
        // Held from Tuesday; ex on Thursday, paid on the Monday after.
        CashDividend dividend = new(s_share, Day(3), Day(2), Day(5), Price.Parse("0.5"));
        EngineRun run = Run(["10", "10", "10", "9.5", "9.5", "9.5"], [dividend], (0, 0, 1000));
        Assert.Equal(["10000", "10000", "10000", "10000", "10000", "10000"], run.Equity.Select(point => (point.Equity - Money.FromYuan(990_000)).ToString()));
        Assert.Equal(["990000", "990000", "990000", "990500"], run.Equity.Skip(2).Select(point => point.Cash.ToString()));
        Posting posting = Assert.Single(run.Postings);
        Assert.Equal((Day(5), PostingKind.Dividend, "500"), (posting.TradingDate, posting.Kind, posting.Amount.ToString()));
    }

    [Fact]
    public void Dividend_SoldOnTheExDate_IsStillPaid()
    {
        CashDividend dividend = new(s_share, Day(3), Day(2), Day(4), Price.Parse("0.5"));
        EngineRun run = Run(["10", "10", "10", "9.5", "9.5"], [dividend], (0, 0, 1000), (2, 0, -1000));
        Assert.Equal("500", Assert.Single(run.Postings).Amount.ToString());
        Assert.Empty(run.Positions);
    }

    [Fact]
    public void Dividend_BoughtOnTheExDate_IsNotPaid()
    {
        CashDividend dividend = new(s_share, Day(2), Day(1), Day(3), Price.Parse("0.5"));
        Assert.Empty(Run(["10", "10", "9.5", "9.5"], [dividend], (1, 0, 1000)).Postings);
    }

    [Theory]
    [InlineData("2024-02-09", "100", "dividend-tax.2015")]
    [InlineData("2024-02-12", "50", "dividend-tax.2015")]
    [InlineData("2025-01-09", "50", "dividend-tax.2015")]
    [InlineData("2025-01-10", "0", "dividend-tax.2015")]
    public void Dividend_SharesSold_PayTheTaxOfTheirHoldingPeriod(string sold, string tax, string source)
    {
        // Bought on Tuesday 2024-01-09, 1,000 shares with 0.5 each: 20 % up to a month, 10 % up to a year, nothing after.
        DateOnly[] days = [.. PanelBuilder.Weekdays(s_monday).Take(300)];
        int sale = Array.IndexOf(days, DateOnly.ParseExact(sold, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        MarketPanel panel = new PanelBuilder(s_monday, days.Length)
            .Flat("600000.SH", [.. Enumerable.Repeat("10", days.Length)])
            .With(new CashDividend(s_share, Day(3), Day(2), Day(5), Price.Parse("0.5"))).Build();
        EngineRun run = ReferenceEngine.Run(
            panel, new ScriptedStrategy((0, 0, 1000), (sale - 1, 0, -1000)), Free with { DividendTax = true }, RuleBook.China, null, default);
        Fill fill = run.Fills[1];
        Assert.Equal((days[sale], tax, source), (fill.TradingDate, fill.DividendTax.Amount.ToString(), fill.DividendTax.Source));
    }

    [Fact]
    public void Bonus_BeforeItsListDate_CannotBeSold()
    {
        BonusIssue bonus = new(s_share, Day(2), Day(4), 5, 10);
        EngineRun run = Run(["15", "15", "10", "10", "10", "10"], [bonus], (0, 0, 1000), (2, 0, -1500), (4, 0, -500));
        Assert.Equal([1000L, 500L], run.Orders.Skip(1).Select(order => order.FilledQuantity.Units));
        Assert.Equal(run.Equity[1].Equity, run.Equity[2].Equity);
        Assert.Empty(run.Positions);
    }

    [Fact]
    public void Split_OddPosition_RoundsHalfUpAndKeepsTheValue()
    {
        ShareSplit split = new(s_share, Day(3), 3, 2);
        EngineRun run = Run(["15", "15", "15", "10", "10"], [split], (0, 0, 1000));
        Assert.Equal(1500, Assert.Single(run.Positions).Quantity.Units);
        Assert.Equal(run.Equity[2].Equity, run.Equity[3].Equity);
    }

    [Fact]
    public void Split_RestingLimit_IsCancelledAndMarketStays()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 5)
            .Flat("600000.SH", "15", "15", "15", "10", "10")
            .With(new ShareSplit(s_share, Day(2), 3, 2)).Build();
        EngineRun run = ReferenceEngine.Run(panel, new LimitOnce(), Free, RuleBook.China, null, default);
        Assert.Equal((OrderState.Cancelled, "action.split"), (run.Orders[0].State, run.Orders[0].BoundBy));
    }

    [Theory]
    [InlineData(null, "10000")]
    [InlineData("2.5", "2500")]
    public void Delisting_Position_TurnsIntoCash(string? perShare, string amount)
    {
        Delisting delisting = new(s_share, Day(3), perShare is null ? null : Price.Parse(perShare));
        EngineRun run = Run(["10", "10", "10"], [delisting], (0, 0, 1000), (2, 0, 100));
        Posting posting = Assert.Single(run.Postings);
        Assert.Equal((PostingKind.Delisting, amount, -1000L), (posting.Kind, posting.Amount.ToString(), posting.Shares.Units));
        Assert.Empty(run.Positions);
        Assert.Equal("market.delisted", run.Orders[1].BoundBy);
    }

    [Fact]
    public void DelistDate_OfTheInstrument_CountsAsADelisting()
    {
        MarketPanel panel = new PanelBuilder(s_monday, 5)
            .Add(Instrument.FromSymbol(s_share) with { DelistDate = Day(2) }, [0, 1, 2], [100_000, 100_000, 100_000], [100_000, 100_000, 100_000],
                [100_000, 100_000, 100_000], [100_000, 100_000, 100_000], [1_000_000, 1_000_000, 1_000_000])
            .Flat("600001.SH", "10", "10", "10", "10", "10").Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 1000)), Free, RuleBook.China, null, default);
        Assert.Equal((Day(3), "10000"), (run.Postings[0].TradingDate, run.Postings[0].Amount.ToString()));
    }

    [Fact]
    public void Conversion_Position_BecomesTheSuccessors()
    {
        Conversion conversion = new(s_share, Day(3), s_other, 2, 5);
        EngineRun run = Run(["10", "10", "10"], [conversion], (0, 0, 1000));
        Position position = Assert.Single(run.Positions);
        Assert.Equal((s_other, 400L), (position.Symbol, position.Quantity.Units));
        Assert.Equal([-1000L, 400L], run.Postings.Select(posting => posting.Shares.Units));
    }

    [Theory]
    [InlineData(RightsPolicy.Lapse, 1000, "0")]
    [InlineData(RightsPolicy.Subscribe, 1300, "-1800")]
    public void Rights_Policy_LapseOrArePaid(RightsPolicy policy, long held, string paid)
    {
        RightsIssue rights = new(s_share, Day(2), Day(3), Day(4), 3, 10, Price.Parse("6"));
        MarketPanel panel = Panel(["10", "10", "9.08", "9.08", "9.08"], [rights]);
        EngineRun run = ReferenceEngine.Run(
            panel, new ScriptedStrategy((0, 0, 1000)), Free with { RightsPolicy = policy }, RuleBook.China, null, default);
        Assert.Equal(held, Assert.Single(run.Positions).Quantity.Units);
        Assert.Equal(paid, run.Postings.Aggregate(Money.Zero, (sum, posting) => sum + posting.Amount).ToString());
        Assert.Equal(90_769, panel.PreviousClosesOf(0).Span[2]);
    }

    [Fact]
    public void PriceLimit_OnTheExDate_IsAroundTheExReference()
    {
        // 20 with a dividend of 2 and 5 for 10 falls to 12; 13.10 is within 10 % of 12, and 5 yuan away from 20 x 0.9.
        MarketPanel panel = new PanelBuilder(s_monday, 3).Flat("600000.SH", "20", "13.10", "13.10").With(
            new CashDividend(s_share, Day(1), Day(0), Day(1), Price.Parse("2")), new BonusIssue(s_share, Day(1), Day(1), 5, 10)).Build();
        Assert.Equal([0, 120_000, 131_000], panel.PreviousClosesOf(0).ToArray());
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 100)), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(OrderState.Filled, run.Orders[0].State);
    }

    [Fact]
    public void Action_OfAnUnknownSymbol_IsRefused() => Assert.Contains(
        "lacks 600009.SH",
        Assert.Throws<ArgumentException>(() => Panel(["10", "10"], [new ShareSplit(Symbol.Parse("600009.SH"), Day(1), 2, 1)])).Message,
        StringComparison.Ordinal);

    private static BacktestSettings Free => new()
    {
        ExchangeRules = false, CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0, DividendTax = false,
    };

    private static DateOnly Day(int index) => PanelBuilder.Weekdays(s_monday).ElementAt(index);

    private static MarketPanel Panel(string[] prices, CorporateAction[] actions)
    {
        int last = Math.Max(prices.Length, 5);
        return new PanelBuilder(s_monday, last)
            .Add("600000.SH", [.. Enumerable.Range(0, prices.Length)], [.. prices.Select(price => Price.Parse(price).Units)])
            .Flat("600001.SH", [.. Enumerable.Repeat("25", last)])
            .With(actions).Build();
    }

    private static EngineRun Run(string[] prices, CorporateAction[] actions, params (int Bar, int Instrument, long Shares)[] script) =>
        ReferenceEngine.Run(Panel(prices, actions), new ScriptedStrategy(script), Free, RuleBook.China, null, default);

    private sealed class LimitOnce : IStrategy
    {
        private bool _isGiven;

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (!_isGiven)
            {
                context.Submit(OrderRequest.Limit(0, OrderSide.Buy, 100, 90_000));
                _isGiven = true;
            }
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
