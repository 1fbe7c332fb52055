using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>What is no number never becomes an order, and never nothing, in both engines.</summary>
public sealed class OrderNumberTests
{
    private static readonly MarketPanel s_panel = new PanelBuilder(new DateOnly(2024, 1, 2), 4).Flat("600000.SH", "10", "10", "10", "10").Build();

    public static TheoryData<double, string, string> NoNumbers => new()
    {
        { double.NaN, "VALUE_NOT_FINITE", "was NaN" },
        { double.PositiveInfinity, "VALUE_NOT_FINITE", "was Infinity" },
        { double.NegativeInfinity, "VALUE_NOT_FINITE", "was -Infinity" },
        { 1e30, "VALUE_NOT_FINITE", "was 1E+30" },
        { -100, "VALUE_NEGATIVE", "was -100" },
    };

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void Buy_NoNumber_EndsByName(double shares, string reason, string was) =>
        Fails(context => context.Buy(0, shares), reason, "quantity of an order of 600000.SH", was);

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void Sell_NoNumber_EndsByName(double shares, string reason, string was) =>
        Fails(context => context.Sell(0, shares), reason, "quantity of an order of 600000.SH", was);

    [Theory]
    [MemberData(nameof(NoNumbers))]
    public void ToPrice_NoNumber_EndsByName(double price, string reason, string was) => Fails(
        context => context.Submit(OrderRequest.Limit(0, OrderSide.Buy, 100, context.ToPrice(0, price))), reason, "price of an order of 600000.SH", was);

    [Fact]
    public void Submit_CastOfInfinity_EndsByName()
    {
        Fails(context => context.Buy(0, unchecked((long)Math.Max(double.PositiveInfinity, context.BarCount))), "VALUE_NOT_FINITE", "quantity", "9223372036854775807");
        Fails(
            context => context.Submit(OrderRequest.Limit(0, OrderSide.Buy, 100, long.MaxValue)), "VALUE_NOT_FINITE", "limit price", "9223372036854775807");
        Fails(context => context.Submit(OrderRequest.Stop(0, OrderSide.Buy, 100, -5)), "VALUE_NEGATIVE", "stop price", "was -5");
    }

    [Fact]
    public void Buy_CastOfNaN_IsRejectedWithReason()
    {
        long quantity = unchecked((long)Math.Sqrt(-1));
        Gives strategy = new(context => context.Buy(0, quantity));
        foreach (EngineRun run in Both(strategy.Again))
        {
            Assert.All(run.Orders, order => Assert.Equal((OrderState.Rejected, "order.quantity"), (order.State, order.BoundBy)));
            Assert.Equal(4, run.Orders.Length);
            Assert.Empty(run.Fills);
        }
    }

    [Fact]
    public void Numbers_OfAnInstrumentWithScales_AreExactInUnits()
    {
        Instrument coin = Instrument.FromSymbol(Symbol.Parse("600000.SH"), 8) with { QuantityScale = 2 };
        Assert.Equal(29, OrderNumbers.Quantity(coin, 0.29));
        Assert.Equal(100, OrderNumbers.Quantity(coin, 1.009));
        Assert.Equal(1_234_000_000, OrderNumbers.Price(coin, 12.34));
        Instrument share = Instrument.FromSymbol(Symbol.Parse("600000.SH"));
        Assert.Equal(123, OrderNumbers.Quantity(share, 123.99));
        Assert.Equal(123_400, OrderNumbers.Price(share, 12.34));
        Assert.Equal(123_401, OrderNumbers.Price(share, 12.34005));
    }

    [Fact]
    public void Numbers_AnyDouble_AreAnOrderOrAnErrorAlike() => Prop.ForAll(
        ArbMap.Default.ArbFor<double>(),
        ArbMap.Default.ArbFor<int>(),
        (value, seed) =>
        {
            EqualRuns.Check(s_panel, () => new Gives(context => context.Buy(0, value)), Settings(), $"shares {value}");
            EqualRuns.Check(
                s_panel, () => new Gives(context => context.Submit(OrderRequest.Limit(0, OrderSide.Buy, seed, context.ToPrice(0, value)))), Settings(), $"price {value}, {seed}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static BacktestSettings Settings() => new() { InitialCash = Money.FromYuan(100_000), ExchangeRules = false };

    private static EngineRun[] Both(Func<Gives> strategy) =>
    [
        ReferenceEngine.Run(s_panel, strategy(), Settings(), RuleBook.China, null, default),
        FastEngine.Run(s_panel, strategy(), Settings(), RuleBook.China, null, default),
    ];

    private static void Fails(Func<StrategyContext, int> give, string reason, string what, string was)
    {
        Gives strategy = new(give);
        foreach (Action run in new Action[]
        {
            () => ReferenceEngine.Run(s_panel, strategy.Again(), Settings(), RuleBook.China, null, default),
            () => FastEngine.Run(s_panel, strategy.Again(), Settings(), RuleBook.China, null, default),
        })
        {
            BacktestException error = Assert.Throws<BacktestException>(run);
            Assert.Equal(reason, error.Reason);
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
            Assert.Contains(was, error.Message, StringComparison.Ordinal);
            Assert.Contains("on 2024-01-02 at 600000.SH", error.Message, StringComparison.Ordinal);
        }
    }

    private sealed class Gives(Func<StrategyContext, int> give) : IStrategy
    {
        public Gives Again() => new(give);

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar) => give(context);

        public void OnStop(StrategyContext context)
        {
        }
    }
}
