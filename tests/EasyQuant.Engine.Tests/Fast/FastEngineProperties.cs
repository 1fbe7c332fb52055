using EasyQuant.Bench.Engine;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>The fast engine equals the reference to the last bit, whatever the market, the settings and the strategy.</summary>
public sealed class FastEngineProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(250);

    [Fact]
    public void Fast_RandomOrdersOfAllTypes_EqualsReference()
    {
        int fills = 0;
        ForMarkets((panel, settings, seed) => fills += EqualRuns.Check(panel, () => new WildStrategy((ulong)seed), settings, $"seed {seed}"));
        Assert.True(fills > 1000, $"only {fills} fills");
    }

    [Fact]
    public void Fast_MarketWithTicks_EqualsReference()
    {
        int fills = 0;
        int tickFills = 0;
        Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            seed =>
            {
                MarketPanel panel = WildMarket.MakeWithTicks(seed);
                BacktestSettings settings = WildMarket.Settings(new Random(seed), panel);
                fills += EqualRuns.Check(panel, () => new WildStrategy((ulong)seed), settings, $"seed {seed}");
                EqualRuns.Check(panel, () => new TrailingStrategy(OrderSize.FixedShares(300)), settings, $"seed {seed}");
                tickFills += ReferenceEngine.Run(panel, new WildStrategy((ulong)seed), settings, RuleBook.China, null, default)
                    .Fills.Count(fill => fill.TickTime is not null);
            }).Check(s_config);
        Assert.True(tickFills > 500, $"only {tickFills} of {fills} fills on ticks");
    }

    [Fact]
    public void Fast_FullMarketWithEveryRule_EqualsReference() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed => EqualRuns.Check(FullMarket.Make(seed), () => new WildStrategy((ulong)seed), FullSettings.Make(seed), $"seed {seed}") >= 0).Check(s_config);

    [Fact]
    public void Fast_TrailingStopWithState_EqualsReference() => ForMarkets((panel, settings, seed) => EqualRuns.Check(
        panel,
        () => new TrailingStrategy(seed % 2 == 0 ? OrderSize.FixedShares(300) : OrderSize.Fraction(200_000)),
        settings,
        $"seed {seed}"));

    [Fact]
    public void Fast_RotationAcrossInstruments_EqualsReference() => ForMarkets((panel, settings, seed) => EqualRuns.Check(
        panel, () => new RotationWorkload(2, 2), settings, $"seed {seed}"));

    [Fact]
    public void Fast_StrategyOfAClass_EqualsReference() => ForMarkets((panel, settings, seed) =>
    {
        EqualRuns.Check(panel, () => new RandomStrategy((ulong)seed), settings, $"seed {seed}");
        EqualRuns.Check<IStrategy>(panel, () => new SmaCrossStrategy(2, 5, OrderSize.FixedShares(200)), settings, $"seed {seed}");
    });

    [Fact]
    public void Fast_StrategyThrows_NamesTheSameDayAndSymbol() => ForMarkets((panel, settings, seed) => EqualRuns.Check(
        panel, () => new FailingStrategy(Math.Abs(seed % 40)), settings, $"seed {seed}"));

    [Fact]
    public void Fast_Cancelled_Stops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => FastEngine.Run(
            WildMarket.Make(1), new TrailingStrategy(default), new BacktestSettings(), RuleBook.China, null, source.Token));
    }

    private static void ForMarkets(Action<MarketPanel, BacktestSettings, int> check) => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            MarketPanel panel = WildMarket.Make(seed);
            check(panel, WildMarket.Settings(new Random(seed), panel), seed);
        }).Check(s_config);

    private struct FailingStrategy(int calls) : IStrategy
    {
        private int _left = calls;

        public void OnStart(StrategyContext context)
        {
        }

        public void OnBar(StrategyContext context, int instrument, in Bar bar)
        {
            if (_left-- == 0)
            {
                throw new FormatException("broken");
            }

            context.Buy(instrument, 100);
        }

        public void OnStop(StrategyContext context)
        {
        }
    }
}
