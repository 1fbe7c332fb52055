using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Shares and cash that take days to settle: the dated rows of the rule book, and the instrument's own terms.</summary>
public sealed class SettlementTests
{
    private static readonly BacktestSettings s_settings = new() { InitialCash = Money.FromYuan(2_000), CommissionMinimum = Money.Zero };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    public void Shares_SettleAfterTheirDays_TheSaleBeforeIsRejectedByTheRow(int shareDays, int saleDay)
    {
        RuleBook rules = Rules(new SettlementRule("settlement.test", [Board.Main], new DateOnly(2000, 1, 1), "test", RuleConfidence.High, shareDays));
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 2), 8).Flat("600000.SH", [.. Enumerable.Repeat("10", 8)]).Build();

        // Bought at bar 1; every later bar tries to sell all that is held.
        EngineRun run = Both(panel, new ScriptedStrategy([(0, 0, 100), .. Enumerable.Range(0, 7).Select(bar => (bar, 0, -100L))]), rules);

        Fill sale = Assert.Single(run.Fills, fill => fill.Side == OrderSide.Sell);
        Assert.Equal(panel.Calendar.Days[saleDay], sale.TradingDate);
        IEnumerable<Order> refused = run.Orders.Where(order => order.State == OrderState.Rejected && order.SubmitDate < panel.Calendar.Days[shareDays]);
        Assert.All(refused, order => Assert.Equal("settlement.test", order.BoundBy));
        Assert.Equal(shareDays, refused.Count());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 4)]
    public void Cash_SettlesAfterItsDays_TheBuyBeforeIsBoundByTheRow(int cashDays, int buyDay)
    {
        RuleBook rules = Rules(new SettlementRule("settlement.test", [Board.Main], new DateOnly(2000, 1, 1), "test", RuleConfidence.High, 0, cashDays));
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 2), 8)
            .Flat("600000.SH", [.. Enumerable.Repeat("10", 8)]).Flat("600001.SH", [.. Enumerable.Repeat("10", 8)]).Build();

        // 2,000 buy 100 of the first, are got back at bar 2 and wait; the second is asked for at bars 2, 3, 4.
        EngineRun run = Both(
            panel, new ScriptedStrategy((0, 0, 100), (1, 0, -100), (1, 1, 100), (2, 1, 100), (3, 1, 100)), rules, Money.FromYuan(1_010));

        Fill buy = run.Fills.First(fill => fill.Symbol == panel.Series[1].Instrument.Symbol);
        Assert.Equal(panel.Calendar.Days[buyDay], buy.TradingDate);
        Assert.All(
            run.Orders.Where(order => order.Symbol == buy.Symbol && order.OrderId < buy.OrderId),
            order => Assert.Equal((OrderState.Rejected, "settlement.test"), (order.State, order.BoundBy)));
    }

    [Fact]
    public void Cash_NotSettled_IsEquityButNotSpendable()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 2), 6).Flat("600000.SH", [.. Enumerable.Repeat("10", 6)]).Build();
        SpendableProbe probe = new();

        EngineRun run = ReferenceEngine.Run(panel, probe, s_settings, Rules(
            new SettlementRule("settlement.test", [Board.Main], new DateOnly(2000, 1, 1), "test", RuleConfidence.High, 0, 2)), null, default);

        Money before = probe.Spendable[1];
        Assert.Equal(before, probe.Spendable[2]);
        Assert.Equal(before, probe.Spendable[3]);
        Assert.Equal(run.Equity[^1].Cash, probe.Spendable[4]);
        Assert.True(run.Equity[2].Cash > before);
    }

    [Fact]
    public void RuleBook_CashDaysOutOfRange_IsRefused() => Assert.Throws<FormatException>(() => RuleBookJson.Parse(System.Text.Encoding.UTF8.GetBytes("""
        {"schema":"easyquant/rule-book/1","version":"t","rules":[{"id":"s","kind":"settlement","boards":["main"],"effective_from":"2000-01-01",
        "source":"t","confidence":"high","share_days":1,"cash_days":31}]}
        """)));

    private static RuleBook Rules(SettlementRule row) => new("test", [row]);

    private static EngineRun Both(MarketPanel panel, ScriptedStrategy strategy, RuleBook rules, Money? cash = null)
    {
        BacktestSettings settings = s_settings with { InitialCash = cash ?? s_settings.InitialCash };
        EngineRun reference = ReferenceEngine.Run(panel, strategy, settings, rules, null, default);
        EngineRun fast = FastEngine.Run(panel, strategy, settings, rules, null, default);
        Assert.Equal(reference.Fills.AsEnumerable(), fast.Fills.AsEnumerable());
        Assert.Equal(reference.Orders.AsEnumerable(), fast.Orders.AsEnumerable());
        return reference;
    }

    /// <summary>Buys at the first bar, sells at the second, and writes down what may be spent.</summary>
    private sealed class SpendableProbe : IStrategy
    {
        public List<Money> Spendable { get; } = [];

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            _ = Spendable.Count switch
            {
                0 => context.Buy(instrument, 100),
                1 => context.Sell(instrument, 100),
                _ => 0,
            };
            Spendable.Add(context.SpendableCash);
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
