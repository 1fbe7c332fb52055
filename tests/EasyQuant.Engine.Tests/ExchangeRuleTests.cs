using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

public sealed class ExchangeRuleTests
{
    private static readonly DateOnly s_monday = new(2024, 1, 8);

    [Fact]
    public void Buy_OpenAtUpperLimit_IsRejectedByTheLimitRow()
    {
        EngineRun run = Run(Flat("600000.SH", "10", "11", "11"), (0, 0, 100), (1, 0, 100));
        Assert.Equal((OrderState.Rejected, "price-limit.main.1996"), (run.Orders[0].State, run.Orders[0].BoundBy));
        Assert.Equal(OrderState.Filled, run.Orders[1].State);
    }

    [Fact]
    public void Buy_WithinOneTickOfUpperLimit_IsRejected()
    {
        Assert.Equal(OrderState.Rejected, Run(Flat("600000.SH", "10", "10.99"), (0, 0, 100)).Orders[0].State);
        Assert.Equal(OrderState.Filled, Run(Flat("600000.SH", "10", "10.98"), (0, 0, 100)).Orders[0].State);
    }

    [Fact]
    public void Sell_OpenAtUpperLimit_Fills()
    {
        EngineRun run = Run(Flat("600000.SH", "10", "10", "11"), (0, 0, 100), (1, 0, -100));
        Assert.Equal(2, run.Fills.Length);
    }

    [Fact]
    public void Sell_OpenAtLowerLimit_IsRejectedAndBuyFills()
    {
        EngineRun run = Run(Flat("600000.SH", "10", "10", "9"), (0, 0, 100), (1, 0, -100), (1, 0, 100));
        Assert.Equal("price-limit.main.1996", run.Orders[1].BoundBy);
        Assert.Equal(OrderState.Filled, run.Orders[2].State);
    }

    [Theory]
    [InlineData("688001.SH", "11.5", true)]
    [InlineData("688001.SH", "12", false)]
    [InlineData("300750.SZ", "12", false)]
    [InlineData("430047.BJ", "12", true)]
    [InlineData("000001.SH", "12", true)]
    public void Buy_JumpOfBoard_FollowsTheBoardsLimit(string symbol, string open, bool fills)
    {
        EngineRun run = Run(Flat(symbol, "10", open), (0, 0, 200));
        Assert.Equal(fills, run.Fills.Length == 1);
    }

    [Theory]
    [InlineData("600000.SH", 250, 200, "lot.hundred.1990")]
    [InlineData("600000.SH", 99, 0, "lot.hundred.1990")]
    [InlineData("688001.SH", 199, 0, "lot.star.2019")]
    [InlineData("688001.SH", 201, 201, null)]
    [InlineData("430047.BJ", 101, 101, null)]
    public void Buy_OddQuantity_IsClippedToTheLot(string symbol, long asked, long filled, string? boundBy)
    {
        Order order = Run(Flat(symbol, "10", "10"), (0, 0, asked)).Orders[0];
        Assert.Equal((filled, boundBy), (order.FilledQuantity.Units, order.BoundBy));
    }

    [Fact]
    public void Sell_RemainderBelowALot_OnlyAsAWhole()
    {
        LotRule lot = RuleBook.China.Lot(Board.Main, s_monday)!;
        Assert.Equal(100, lot.FloorSell(130, 150));
        Assert.Equal(150, lot.FloorSell(150, 150));
        Assert.Equal(50, lot.FloorSell(50, 50));
        Assert.Equal(0, lot.FloorSell(30, 50));
        Assert.Equal(150, lot.FloorSell(150, 250));
        Assert.Equal(0, lot.FloorSell(50, 150));
    }

    [Fact]
    public void Sell_SharesBoughtTheSameDay_IsBoundBySettlement()
    {
        EngineRun run = Run(Flat("600000.SH", "10", "10", "10"), (0, 0, 100), (0, 0, -100));
        Assert.Equal((OrderState.Rejected, "settlement.t1.1995"), (run.Orders[1].State, run.Orders[1].BoundBy));
    }

    [Fact]
    public void Sell_WithoutShares_IsBoundByPosition() =>
        Assert.Equal("account.position", Run(Flat("600000.SH", "10", "10"), (0, 0, -100)).Orders[0].BoundBy);

    [Fact]
    public void Buy_BeyondCash_IsCutToAffordableLots()
    {
        Order order = Run(Flat("600000.SH", "10", "10"), (0, 0, 1_000_000)).Orders[0];
        // 99,900 shares cost 999,000 + 299.70 commission + 9.99 transfer fee; 100,000 would need more than the million.
        Assert.Equal((OrderState.Clipped, 99_900L, "account.cash"), (order.State, order.FilledQuantity.Units, order.BoundBy));
    }

    [Theory]
    [InlineData(SuspensionPolicy.Rest, OrderState.Filled, null)]
    [InlineData(SuspensionPolicy.Reject, OrderState.Rejected, "market.suspended")]
    public void Order_InstrumentSuspended_FollowsThePolicy(SuspensionPolicy policy, OrderState state, string? boundBy)
    {
        MarketPanel panel = new PanelBuilder(s_monday, 4)
            .Add("600000.SH", [0, 1, 3], [100_000, 100_000, 100_000])
            .Add("600001.SH", [0, 1, 2, 3], [100_000, 100_000, 100_000, 100_000])
            .Build();
        EngineRun run = ReferenceEngine.Run(
            panel, new ScriptedStrategy((1, 0, 100)), new BacktestSettings { SuspensionPolicy = policy }, RuleBook.China, null, default);
        Assert.Equal((state, boundBy), (run.Orders[0].State, run.Orders[0].BoundBy));
        Assert.All(run.Fills, fill => Assert.Equal(panel.Calendar.Days[3], fill.TradingDate));
    }

    [Fact]
    public void Fees_EachDayOfTheRuleBook_AreExactAndExplained()
    {
        EngineRun run = Run(Flat("600000.SH", "12.34", "12.34", "12.34"), (0, 0, 1000), (1, 0, -1000));
        Fill buy = run.Fills[0];
        Fill sell = run.Fills[1];
        Assert.Equal("5", buy.Commission.Amount.ToString());
        Assert.True(buy.Commission.IsMinimum);
        Assert.Equal("0", buy.StampDuty.Amount.ToString());
        Assert.Equal("0.12", buy.TransferFee.Amount.ToString());
        Assert.Equal("6.17", sell.StampDuty.Amount.ToString());
        Assert.Equal("StampDuty 6.17 (0.05 % of value, stamp-duty.2023)", sell.StampDuty.ToString());
        Assert.Equal("Commission 5 (minimum per order, account)", sell.Commission.ToString());
        Assert.Equal("12328.71", sell.CashFlow.ToString());
    }

    [Theory]
    [InlineData("600000.SH", "2011-03-01", "2.5", "transfer-fee.sh.1990")]
    [InlineData("600000.SH", "2012-07-02", "1.88", "transfer-fee.sh.2012-06")]
    [InlineData("600000.SH", "2014-03-03", "1.5", "transfer-fee.sh.2012-09")]
    [InlineData("000001.SZ", "2014-03-03", "0", "account")]
    [InlineData("600000.SH", "2016-03-01", "0.5", "transfer-fee.2015")]
    public void TransferFee_Before2015_GoesByQuantityInShanghaiOnly(string symbol, string date, string amount, string source)
    {
        DateOnly first = DateOnly.ParseExact(date, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        MarketPanel panel = new PanelBuilder(first, 2).Flat(symbol, "10", "10").Build();
        EngineRun run = ReferenceEngine.Run(panel, new ScriptedStrategy((0, 0, 2500)), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal((amount, source), (run.Fills[0].TransferFee.Amount.ToString(), run.Fills[0].TransferFee.Source));
    }

    [Fact]
    public void Stamp_BeforeTheHalving_IsATenthPercent()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2023, 8, 23), 3).Flat("600000.SH", "10", "10", "10").Build();
        EngineRun run = ReferenceEngine.Run(
            panel, new ScriptedStrategy((0, 0, 1000), (1, 0, -1000)), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal("stamp-duty.2008-09", run.Fills[1].StampDuty.Source);
        Assert.Equal("10", run.Fills[1].StampDuty.Amount.ToString());
    }

    private static MarketPanel Flat(string symbol, params string[] prices) =>
        new PanelBuilder(s_monday, prices.Length).Flat(symbol, prices).Build();

    private static EngineRun Run(MarketPanel panel, params (int Bar, int Instrument, long Shares)[] script) =>
        ReferenceEngine.Run(panel, new ScriptedStrategy(script), new BacktestSettings(), RuleBook.China, null, default);
}
