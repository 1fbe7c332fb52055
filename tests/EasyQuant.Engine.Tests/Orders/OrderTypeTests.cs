using EasyQuant.Domain;
using EasyQuant.Engine;

namespace EasyQuant.Engine.Tests;

/// <summary>Types of orders, time in force, fill rules, slippage and the volume cap on bars written out.</summary>
public sealed class OrderTypeTests
{
    private const long Yuan = 10_000;
    private static readonly DateOnly s_monday = new(2024, 1, 8);

    [Theory]
    [InlineData(OrderSide.Buy, "9.90", "10.00 10.10 9.85 10.00", "9.90")]
    [InlineData(OrderSide.Buy, "9.90", "9.80 10.10 9.70 10.00", "9.80")]
    [InlineData(OrderSide.Buy, "9.90", "10.00 10.10 9.90 10.00", null)]
    [InlineData(OrderSide.Sell, "10.20", "10.00 10.30 9.90 10.00", "10.20")]
    [InlineData(OrderSide.Sell, "10.20", "10.30 10.40 10.10 10.20", "10.30")]
    [InlineData(OrderSide.Sell, "10.20", "10.00 10.20 9.90 10.00", null)]
    public void Limit_Bar_FillsAtLimitOrBetterWhenGoneThrough(OrderSide side, string limit, string bar, string? price)
    {
        OrderRequest request = OrderRequest.Limit(0, side, 100, Price.Parse(limit).Units) with { TimeInForce = TimeInForce.Day };
        EngineRun run = Run([bar], Free, request);
        Check(run, price, OrderState.Expired, "order.time-in-force");
    }

    [Fact]
    public void Limit_Touched_FillsUnderTheTouchRuleAndIsFlagged()
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 100, Price.Parse("9.90").Units);
        EngineRun run = Run(["10.00 10.10 9.90 10.00"], Free with { LimitFillRule = LimitFillRule.Touch }, request);
        Check(run, "9.90", OrderState.Filled, null);
        Assert.Contains("limit_fill.touch", run.Assumptions);
    }

    [Theory]
    [InlineData(OrderSide.Buy, "10.20", "10.00 10.30 9.90 10.10", "10.20")]
    [InlineData(OrderSide.Buy, "10.20", "10.25 10.30 10.10 10.20", "10.25")]
    [InlineData(OrderSide.Sell, "9.80", "10.00 10.10 9.70 9.90", "9.80")]
    [InlineData(OrderSide.Sell, "9.80", "9.75 9.90 9.70 9.80", "9.75")]
    [InlineData(OrderSide.Sell, "9.80", "10.00 10.10 9.81 9.90", null)]
    public void Stop_Bar_FillsAtStopOrWorse(OrderSide side, string stop, string bar, string? price)
    {
        OrderRequest request = OrderRequest.Stop(0, side, 100, Price.Parse(stop).Units) with { TimeInForce = TimeInForce.Day };
        Check(Run([bar], Free, request), price, OrderState.Expired, "order.time-in-force");
    }

    [Theory]
    [InlineData("10.20", "10.25", "10.00 10.30 9.90 10.28", null, "10.20")]
    [InlineData("10.20", "10.15", "10.00 10.30 9.90 10.28", null, null)]
    [InlineData("10.20", "10.15", "10.00 10.30 9.90 10.28", "10.20 10.25 10.10 10.20", "10.15")]
    [InlineData("10.20", "10.40", "10.35 10.50 10.30 10.45", null, "10.35")]
    public void StopLimit_Reached_ActsAsALimit(string stop, string limit, string bar, string? next, string? price)
    {
        OrderRequest request = OrderRequest.StopLimit(0, OrderSide.Buy, 100, Price.Parse(stop).Units, Price.Parse(limit).Units);
        string[] bars = next is null ? [bar] : [bar, next];
        Check(Run(bars, Free, request), price, OrderState.Expired, "data.end");
    }

    [Fact]
    public void TrailingStop_Fall_SellsBelowTheBestPriceOfEarlierBars()
    {
        // Given at 10.00 with a distance of 0.50: the high of 11.00 counts from the next bar on.
        OrderRequest request = OrderRequest.TrailingStop(0, OrderSide.Sell, 100, 5_000);
        EngineRun run = Run(["10.00 11.00 9.60 10.80", "10.80 10.90 10.40 10.60"], Free, request);
        Check(run, "10.50", OrderState.Filled, null);
    }

    [Fact]
    public void TrailingStop_Percent_FollowsDownForABuy()
    {
        OrderRequest request = OrderRequest.TrailingStopPpm(0, OrderSide.Buy, 100, 50_000);
        EngineRun run = Run(["9.00 9.20 8.00 8.20", "8.20 8.50 8.10 8.45"], Free, request);
        Check(run, "8.40", OrderState.Filled, null);
    }

    [Fact]
    public void Pair_LimitAndStopInOneBar_TheStopCounts()
    {
        EngineRun run = RunPair(
            ["10.00 11.00 9.00 10.00"],
            OrderRequest.Limit(0, OrderSide.Sell, 100, Price.Parse("10.50").Units),
            OrderRequest.Stop(0, OrderSide.Sell, 100, Price.Parse("9.50").Units));
        Assert.Equal("9.5", Assert.Single(run.Fills).Price.ToString());
        Assert.Equal((OrderState.Cancelled, "order.paired"), (run.Orders[0].State, run.Orders[0].BoundBy));
    }

    [Fact]
    public void Pair_FirstFills_OtherIsCancelled()
    {
        EngineRun run = RunPair(
            ["10.00 10.60 9.90 10.00", "10.00 10.10 9.00 9.50"],
            OrderRequest.Limit(0, OrderSide.Sell, 100, Price.Parse("10.50").Units),
            OrderRequest.Stop(0, OrderSide.Sell, 100, Price.Parse("9.50").Units));
        Assert.Equal("10.5", Assert.Single(run.Fills).Price.ToString());
        Assert.Equal(OrderState.Cancelled, run.Orders[1].State);
    }

    [Fact]
    public void AuctionOrders_DailyBar_TakeOpenAndClose()
    {
        Check(Run(["9.90 10.10 9.80 10.05"], Free, OrderRequest.OnOpen(0, OrderSide.Buy, 100)), "9.90", OrderState.Filled, null);
        Check(Run(["9.90 10.10 9.80 10.05"], Free, OrderRequest.OnClose(0, OrderSide.Buy, 100)), "10.05", OrderState.Filled, null);
    }

    [Theory]
    [InlineData(FillRule.NextOpen, "9.90")]
    [InlineData(FillRule.NextClose, "10.05")]
    [InlineData(FillRule.NextVwap, "10.05")]
    [InlineData(FillRule.NextAuction, "9.90")]
    [InlineData(FillRule.SameClose, "10.00")]
    public void Market_FillRule_ChoosesThePrice(FillRule rule, string price)
    {
        EngineRun run = Run(["9.90 10.10 9.80 10.05"], Free with { FillRule = rule }, OrderRequest.Market(0, OrderSide.Buy, 100));
        Check(run, price, OrderState.Filled, null);
        Assert.Equal(rule != FillRule.NextOpen, run.Assumptions.Any(one => one.StartsWith("fill_rule.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(SlippageKind.Ticks, 2, "10.02", "9.98")]
    [InlineData(SlippageKind.BasisPoints, 15, "10.02", "9.98")]
    [InlineData(SlippageKind.VolumeShare, 100_000, "10.01", "9.99")]
    public void Slippage_Model_MovesAgainstTheOrderToATick(SlippageKind kind, long value, string bought, string sold)
    {
        // Volume share: 1,000 of 100,000 shares, squared times 0.1 is 0.001 % of the price, which rounds to one tick.
        BacktestSettings settings = new() { Slippage = new Slippage(kind, value) };
        EngineRun run = Run(["10.00 10.00 10.00 10.00"], settings, OrderRequest.Market(0, OrderSide.Buy, 1000), volume: 100_000);
        Check(run, bought, OrderState.Filled, null);
        run = Run(["10.00 10.00 10.00 10.00"], settings, OrderRequest.Market(0, OrderSide.Sell, 1000), volume: 100_000, holds: true);
        Check(run, sold, OrderState.Filled, null);
    }

    [Fact]
    public void Market_BeyondVolume_FillsThePartAndCancelsTheRest()
    {
        EngineRun run = Run(["10.00 10.00 10.00 10.00", "10.00 10.00 10.00 10.00"], new BacktestSettings(), OrderRequest.Market(0, OrderSide.Buy, 1000), volume: 2_500);
        Assert.Equal((OrderState.Clipped, 600L, "market.volume"), (run.Orders[0].State, run.Orders[0].FilledQuantity.Units, run.Orders[0].BoundBy));
    }

    [Fact]
    public void Limit_BeyondVolume_RestsForMore()
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 1000, Price.Parse("10.10").Units);
        EngineRun run = Run(["10.00 10.00 10.00 10.00", "10.00 10.00 10.00 10.00"], new BacktestSettings(), request, volume: 2_500);
        Assert.Equal([600L, 400L], run.Fills.Select(fill => fill.Quantity.Units));
        Assert.Equal(["5", "0"], run.Fills.Select(fill => fill.Commission.Amount.ToString()));
        Assert.Equal(OrderState.Filled, run.Orders[0].State);
    }

    [Theory]
    [InlineData(TimeInForce.ImmediateOrCancel, 600, OrderState.Clipped, "market.volume")]
    [InlineData(TimeInForce.FillOrKill, 0, OrderState.Rejected, "market.volume")]
    public void Immediate_BeyondVolume_DoesNotRest(TimeInForce timeInForce, long filled, OrderState state, string boundBy)
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 1000, Price.Parse("10.10").Units) with { TimeInForce = timeInForce };
        Order order = Run(["10.00 10.00 10.00 10.00", "10.00 10.00 10.00 10.00"], new BacktestSettings(), request, volume: 2_500).Orders[0];
        Assert.Equal((state, filled, boundBy), (order.State, order.FilledQuantity.Units, order.BoundBy));
    }

    [Fact]
    public void GoodTillDate_DayPassed_Expires()
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 100, Price.Parse("9.50").Units) with
        {
            TimeInForce = TimeInForce.GoodTillDate, GoodTillDate = s_monday.AddDays(2),
        };
        EngineRun run = Run(["10.00 10.00 9.90 10.00", "10.00 10.00 9.90 10.00", "9.00 9.10 9.00 9.10"], Free, request);
        Check(run, null, OrderState.Expired, "order.time-in-force");
    }

    [Fact]
    public void Limit_OffTheTick_IsRejectedByTheTickRow() =>
        Check(Run(["10.00 10.00 9.00 10.00"], new BacktestSettings(), OrderRequest.Limit(0, OrderSide.Buy, 100, 99_050)), null, OrderState.Rejected, "tick.stock.1990");

    [Fact]
    public void Limit_AtUpperLimit_RestsUntilItOpens()
    {
        OrderRequest request = OrderRequest.Limit(0, OrderSide.Buy, 100, Price.Parse("11.00").Units);
        EngineRun run = Run(["11.00 11.00 11.00 11.00", "10.90 11.00 10.80 10.90"], new BacktestSettings(), request);
        Check(run, "10.90", OrderState.Filled, null);
    }

    [Theory]
    [InlineData(0, 0, 100)]
    [InlineData(100, 50, 0)]
    public void Limit_WithoutItsPrice_IsRefused(long limit, long stop, long trail)
    {
        OrderRequest request = new() { Type = OrderType.Limit, Quantity = 100, LimitPrice = limit, StopPrice = stop, TrailAmount = trail };
        BacktestException failure = Assert.Throws<BacktestException>(() => Run(["10.00 10.00 10.00 10.00"], Free, request));
        Assert.Equal("STRATEGY_FAILED", failure.Reason);
        Assert.Contains("2024-01-08 at 600000.SH", failure.Message, StringComparison.Ordinal);
        Assert.IsType<ArgumentException>(failure.InnerException);
    }

    private static BacktestSettings Free => new()
    {
        ExchangeRules = false, CommissionPpm = 0, CommissionMinimum = Money.Zero, StampDutySellPpm = 0, TransferFeePpm = 0,
    };

    private static void Check(EngineRun run, string? price, OrderState unfilled, string? boundBy)
    {
        Order order = run.Orders[^1];
        Fill? fill = run.Fills.LastOrDefault(one => one.OrderId == order.OrderId);
        Assert.Equal(price is null ? null : Price.Parse(price), fill?.Price);
        Assert.Equal(price is null ? unfilled : OrderState.Filled, order.State);
        Assert.Equal(price is null ? boundBy : null, order.BoundBy);
    }

    private static EngineRun Run(string[] bars, BacktestSettings settings, OrderRequest request, long volume = 1_000_000, bool holds = false)
    {
        bool sells = request.Side == OrderSide.Sell;
        return sells && (holds || !settings.ExchangeRules)
            ? Go(["10.00 10.00 10.00 10.00", .. bars], settings, new GivesOnce(1, request, null), volume)
            : Go(bars, settings, new GivesOnce(0, request, null), volume);
    }

    private static EngineRun RunPair(string[] bars, OrderRequest first, OrderRequest second) =>
        Go(["10.00 10.00 10.00 10.00", .. bars], Free, new GivesOnce(1, first, second), 1_000_000) is var run
            ? run with { Orders = [.. run.Orders.Skip(1)], Fills = [.. run.Fills.Skip(1)] }
            : throw new InvalidOperationException();

    /// <summary>A first bar flat at 10, then the bars given as "open high low close".</summary>
    private static EngineRun Go(string[] bars, BacktestSettings settings, GivesOnce strategy, long volume)
    {
        long[][] prices = [[10 * Yuan, 10 * Yuan, 10 * Yuan, 10 * Yuan], .. bars.Select(bar => bar.Split(' ').Select(text => Price.Parse(text).Units).ToArray())];
        MarketPanel panel = new PanelBuilder(s_monday, prices.Length).Add(
            Instrument.FromSymbol(Symbol.Parse("600000.SH")),
            [.. Enumerable.Range(0, prices.Length)],
            [.. prices.Select(bar => bar[0])],
            [.. prices.Select(bar => bar[1])],
            [.. prices.Select(bar => bar[2])],
            [.. prices.Select(bar => bar[3])],
            [.. prices.Select(_ => volume)]).Build();
        return ReferenceEngine.Run(panel, strategy, settings, RuleBook.China, null, default);
    }

    /// <summary>Gives its orders after the bar of an index; before, when that is not the first, buys 100 shares to have something to sell.</summary>
    private sealed class GivesOnce(int at, OrderRequest request, OrderRequest? other) : IStrategy
    {
        private int _seen;

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (_seen == at && other is { } second)
            {
                context.SubmitPair(request, second);
            }
            else if (_seen == at)
            {
                context.Submit(request);
            }
            else if (_seen == 0)
            {
                context.Buy(0, request.Quantity);
            }

            _seen++;
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
