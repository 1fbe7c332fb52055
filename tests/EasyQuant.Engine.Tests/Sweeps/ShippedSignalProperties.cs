using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>A lane of the signal form of a shipped strategy equals a run of its event form in the reference engine.</summary>
public sealed class ShippedSignalProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(120);

    [Fact]
    public void Macd_AnyMarket_EqualsTheEventForm() => Check(
        random => (random.Next(1, 5), random.Next(5, 9), random.Next(1, 5)),
        one => new MacdSignal(one.Item1, one.Item2, one.Item3, 300),
        one => new MacdStrategy(new MacdParameters(one.Item1, one.Item2, one.Item3, OrderSize.FixedShares(300))));

    [Fact]
    public void RsiReversal_AnyMarket_EqualsTheEventForm() => Check(
        random => (random.Next(1, 8), random.Next(20, 50), random.Next(50, 80)),
        one => new RsiReversalSignal(one.Item1, one.Item2, one.Item3, 500),
        one => new RsiReversalStrategy(one.Item1, one.Item2, one.Item3, OrderSize.FixedShares(500)));

    [Fact]
    public void Bollinger_AnyMarket_EqualsTheEventForm() => Check(
        random => (random.Next(2, 8), random.Next(1, 8), 0),
        one => new BollingerSignal(one.Item1, one.Item2 / 4.0, 200),
        one => new BollingerStrategy(new BollingerParameters(one.Item1, one.Item2 / 4.0, OrderSize.FixedShares(200))));

    [Fact]
    public void SmaCross_AnyMarket_EqualsTheEventForm() => Check(
        random => (random.Next(1, 5), random.Next(5, 12), 0),
        one => new SmaCrossSignal(one.Item1, one.Item2, 400) { RepeatsExit = true },
        one => new SmaCrossStrategy(one.Item1, one.Item2, OrderSize.FixedShares(400)));

    [Fact]
    public void BuyAndHold_AnyMarket_EqualsTheEventForm() => Check(
        random => (random.Next(1, 20) * 100, 0, 0), one => new BuyAndHoldSignal(one.Item1), one => new BuyAndHoldStrategy(OrderSize.FixedShares(one.Item1)));

    [Fact]
    public void Shipped_EveryName_IsTheFormOfThatName()
    {
        MarketPanel panel = RandomMarket.Make(7);
        BacktestSettings settings = SignalSweepProperties.Plain(new Random(4));
        Equal("bollinger", new JsonObject { ["period"] = 4, ["deviations"] = 0.5 }, new BollingerSignal(4, 0.5, 100));
        Equal("buy_and_hold", [], new BuyAndHoldSignal(100));
        Equal("macd", new JsonObject { ["fast"] = 2, ["slow"] = 4, ["signal"] = 3 }, new MacdSignal(2, 4, 3, 100));
        Equal("rsi_reversal", new JsonObject { ["period"] = 3, ["buyBelow"] = 45.0, ["sellAbove"] = 55.0 }, new RsiReversalSignal(3, 45, 55, 100));
        Equal("sma_cross", new JsonObject { ["fast"] = 2, ["slow"] = 4 }, new SmaCrossSignal(2, 4, 100) { RepeatsExit = true });
        Assert.Equal(5, ShippedSignal.Names.Length);
        Assert.Throws<ArgumentException>(() => ShippedSignal.Of("grid", [], 100));

        void Equal<TSignal>(string name, JsonObject parameters, TSignal expected)
            where TSignal : ISignalStrategy
        {
            SignalSweepResult own = SignalSweep.Run(panel, [expected], settings, RuleBook.China, 1, null, default);
            SignalSweepResult named = SignalSweep.Run(panel, [ShippedSignal.Of(name, parameters, 100)], settings, RuleBook.China, 1, null, default);
            Assert.Equal(own.Lanes.ToArray(), named.Lanes.ToArray());
            Assert.Contains(own.Lanes, lane => lane.FillCount > 0);
        }
    }

    private static void Check<TSignal, TStrategy>(
        Func<Random, (int, int, int)> draw, Func<(int, int, int), TSignal> signal, Func<(int, int, int), TStrategy> strategy)
        where TSignal : ISignalStrategy
        where TStrategy : IStrategy
    {
        int byKernel = 0;
        int fills = 0;
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            Random random = new(seed);
            MarketPanel panel = random.Next(3) == 0 ? WildMarket.Make(seed) : RandomMarket.Make(seed);
            BacktestSettings settings = random.Next(3) == 0 ? WildMarket.Settings(random, panel) : SignalSweepProperties.Plain(random);
            ImmutableArray<(int, int, int)> parameters = [draw(random), draw(random)];
            SignalSweepResult? result = SignalSweepProperties.Try(
                () => SignalSweep.Run(panel, [.. parameters.Select(signal)], settings, RuleBook.China, 2, null, default));
            for (int i = 0; i < panel.Series.Length && result is not null; i++)
            {
                Symbol symbol = panel.Series[i].Instrument.Symbol;
                MarketPanel one = new(
                    panel.Calendar, panel.Axis, [panel.Series[i]], [.. panel.Actions.Where(action => action.Symbol == symbol)], panel.ExchangeRates);
                for (int p = 0; p < parameters.Length; p++)
                {
                    EngineRun? run = SignalSweepProperties.Try(
                        () => ReferenceEngine.Run(one, strategy(parameters[p]), settings, RuleBook.China, null, default));
                    if (run is not null)
                    {
                        SignalSweepProperties.Same(run, result[i, p], $"seed {seed}, {symbol}, combination {p}");
                        byKernel += result[i, p].IsByEngine ? 0 : 1;
                        fills += result[i, p].IsByEngine ? 0 : run.Fills.Length;
                    }
                }
            }
        }).Check(s_config);
        Assert.True(byKernel > 60, $"only {byKernel} lanes by the kernel");
        Assert.True(fills > 60, $"only {fills} fills by the kernel");
    }
}
