using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>A strategy gives the same orders through the live seam as in the reference engine, and is told the same.</summary>
public sealed class LiveStrategyTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(100);

    [Fact]
    public void Live_RandomOrdersOfAllTypes_EqualReference()
    {
        int fills = 0;
        ForMarkets((panel, settings, seed) => fills += Check(panel, () => new WildStrategy((ulong)seed), settings, $"seed {seed}"));
        Assert.True(fills > 400, $"only {fills} fills");
    }

    [Fact]
    public void Live_MarketWithTicks_EqualsReference() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            MarketPanel panel = WildMarket.MakeWithTicks(seed);
            BacktestSettings settings = WildMarket.Settings(new Random(seed), panel);
            Check(panel, () => new WildStrategy((ulong)seed), settings, $"seed {seed}");
            Check(panel, () => new TrailingStrategy(OrderSize.FixedShares(300)), settings, $"seed {seed}");
        }).Check(s_config);

    [Fact]
    public void Live_ShippedStrategies_EqualReference()
    {
        MarketPanel panel = RandomMarket.Make(11);
        BacktestSettings settings = new() { InitialCash = Money.FromYuan(1_000_000) };
        foreach (StrategyDefinition definition in StrategyCatalog.Definitions)
        {
            StrategyBinding binding = StrategyCatalog.Bind(definition.Name, new JsonObject());
            binding.Accept(new Checker(panel, settings, definition.Name));
        }
    }

    [Fact]
    public void Live_FieldThatIsNotStated_FailsAsInTheEngine() =>
        ForMarkets((panel, settings, seed) => Check(panel, () => new NarrowStrategy((BarFields)seed & BarFields.All, (BarFields)(seed >> 8) & BarFields.All, (ulong)seed), settings, $"seed {seed}"));

    [Fact]
    public void Live_NoNumberInAnOrder_FailsByNameAndTakesNoMoreEvents()
    {
        MarketPanel panel = new PanelBuilder(new DateOnly(2024, 1, 2), 3).Flat("600000.SH", "10", "10", "10").Build();
        BacktestException error = Assert.Throws<BacktestException>(() => ReferenceEngine.Run(
            panel, new BacktestBroker<BuysNaN>(default), new BacktestSettings(), RuleBook.China, null, default));
        Assert.Equal("VALUE_NOT_FINITE", error.Reason);
        Assert.Contains("on 2024-01-02 at 600000.SH", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_OutOfOrder_AreRefused()
    {
        BacktestBroker<BuysNaN> host = new(default);
        LiveStrategy<BuysNaN> live = new(default, host);
        Assert.Throws<InvalidOperationException>(live.Beat);
        Assert.Throws<InvalidOperationException>(live.Stop);
        live.Start();
        Assert.Throws<InvalidOperationException>(live.Start);
        live.Stop();
        live.Stop();
        Assert.Throws<InvalidOperationException>(live.CompleteBars);
    }

    private static void ForMarkets(Action<MarketPanel, BacktestSettings, int> check) => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            MarketPanel panel = WildMarket.Make(seed);
            check(panel, WildMarket.Settings(new Random(seed), panel), seed);
        }).Check(s_config);

    private static int Check<TStrategy>(MarketPanel panel, Func<TStrategy> strategy, BacktestSettings settings, string what)
        where TStrategy : IStrategy
    {
        (EngineRun? expected, string? error) = Try(() => ReferenceEngine.Run(panel, strategy(), settings, RuleBook.China, null, default));
        (EngineRun? actual, string? liveError) = Try(
            () => ReferenceEngine.Run(panel, new BacktestBroker<TStrategy>(strategy()), settings, RuleBook.China, null, default));
        Assert.True(error == liveError, $"{what}: {error ?? "no error"} and {liveError ?? "no error"}");
        if (expected is null || actual is null)
        {
            return 0;
        }

        Assert.True(expected.Orders.SequenceEqual(actual.Orders), what + ": orders differ");
        Assert.True(expected.Fills.SequenceEqual(actual.Fills), what + ": fills differ");
        Assert.True(expected.Equity.SequenceEqual(actual.Equity), what + ": equity differs");
        return expected.Fills.Length;
    }

    private static (EngineRun? Run, string? Error) Try(Func<EngineRun> run)
    {
        try
        {
            return (run(), null);
        }
        catch (Exception e) when (e is BacktestParameterException or BacktestException)
        {
            return (null, e.GetType().Name + ": " + e.Message);
        }
    }

    private struct BuysNaN : IStrategy
    {
        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar) => context.Buy(instrument, double.NaN);

        public void OnStop(StrategyContext context)
        {
        }
    }

    private sealed class Checker(MarketPanel panel, BacktestSettings settings, string name) : IStrategyVisitor<int>
    {
        public int Visit<TStrategy>(Func<TStrategy> create)
            where TStrategy : IStrategy => Check(panel, create, settings, name);
    }
}
