using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Engine.Tests;

/// <summary>Small markets whose orders follow from the rules by hand. The open of each day is the close before.</summary>
public sealed class ShippedStrategyTests
{
    public static TheoryData<string> Names => [.. StrategyCatalog.Definitions.Select(one => one.Name)];

    /// <summary>Lines at 97 and 94: bought there, sold one line higher; 91 is below the last line.</summary>
    [Fact]
    public void Grid_FallAndRise_TradesEachLineOnce() => Trades(
        "grid",
        new JsonObject { ["step"] = 0.03, ["levels"] = 2, ["lots"] = 1 },
        [["100", "98", "97", "96", "94", "91", "97", "100", "103"]],
        (2, 0, 100), (4, 0, 100), (6, 0, -100), (7, 0, -100));

    /// <summary>Bought at 100, doubled after 5 %; the average of 96.667 plus 3 % is 99.567; then it starts again.</summary>
    [Fact]
    public void Martingale_FallAndRise_DoublesOnceAndTakesTheProfit() => Trades(
        "martingale",
        new JsonObject { ["drop"] = 0.05, ["doublings"] = 1, ["takeProfit"] = 0.03, ["stopLoss"] = 0.15, ["lots"] = 1 },
        [["100", "100", "95", "94", "99.6", "99"]],
        (0, 0, 100), (2, 0, 200), (4, 0, -300), (5, 0, 100));

    /// <summary>The average of 96.667 less 15 % is 82.17: 82 ends the position.</summary>
    [Fact]
    public void Martingale_FallGoesOn_StopsTheLoss() => Trades(
        "martingale",
        new JsonObject { ["drop"] = 0.05, ["doublings"] = 1, ["takeProfit"] = 0.03, ["stopLoss"] = 0.15, ["lots"] = 1 },
        [["100", "100", "95", "90", "86", "82"]],
        (0, 0, 100), (2, 0, 200), (5, 0, -300));

    /// <summary>Window 10, 10, 9: mean 9.667, deviation 0.471, lower band 9.195; then 10, 9, 9.5 has its mean at the close.</summary>
    [Fact]
    public void Bollinger_DipAndReturn_BuysBelowAndSellsAtTheMiddle() => Trades(
        "bollinger",
        new JsonObject { ["period"] = 3, ["deviations"] = 1, ["lots"] = 1 },
        [["10", "10", "10", "9", "9.5", "9.6"]],
        (3, 0, 100), (4, 0, -100));

    /// <summary>
    /// N is 0.5 at the breakout of 10: 1 % of a million buys 20,000. Half an N higher a unit of 1 % of 1,009,934.90 is added; the close
    /// 10.2 is below the low of the two days before.
    /// </summary>
    [Fact]
    public void Turtle_Breakout_AddsAUnitAndLeavesBelowTheChannel() => Trades(
        "turtle",
        new JsonObject { ["entry"] = 2, ["exit"] = 2, ["atr"] = 1, ["units"] = 2 },
        [["10", "10", "10", "10.5", "11", "11.2", "10.2", "10.2"]],
        (3, 0, 20_000), (4, 0, 20_100), (6, 0, -40_100));

    /// <summary>Over two days the second rose 5 %, then the third leads: 1,000,000 / 10.5 are 95,200 whole lots.</summary>
    [Fact]
    public void MomentumRotation_LeaderChanges_SellsBeforeItBuys()
    {
        BacktestResult result = Run(
            "momentum_rotation",
            new JsonObject { ["lookback"] = 2, ["every"] = 2, ["top"] = 1 },
            [["10", "10", "10", "10", "10", "10"], ["10", "10.2", "10.5", "10.4", "10.2", "10.2"], ["10", "9.9", "9.8", "9.9", "10.1", "10.2"]]);
        Assert.Equal(
            [(2, 1, 95_200L), (4, 1, -95_200L)], Orders(result).Take(2));
        Assert.Equal((4, 2), (Orders(result)[2].Day, Orders(result)[2].Instrument));
        Assert.True(Orders(result)[2].Shares > 0);
        Assert.Equal(3, result.Run.Orders.Length);
    }

    /// <summary>Of the scores of three ratios 1, 1, 1.05 the last is the root of 2; then 1, 1.05, 1 is below 0.</summary>
    [Fact]
    public void Pairs_RatioOpensAndCloses_HoldsTheCheapOne() => Trades(
        "pairs",
        new JsonObject { ["period"] = 3, ["enter"] = 1.2, ["lots"] = 1 },
        [["10", "10", "10.5", "10", "10"], ["10", "10", "10", "10", "10"]],
        (2, 1, 100), (3, 1, -100));

    /// <summary>Waves of 60 days; a program of its own found the crosses of the histogram on days 64 (down), 93, 124, 154 and 184.</summary>
    [Fact]
    public void Macd_ThreeWaves_BuysAndSellsOnceInEach()
    {
        string[] prices = [.. Enumerable.Range(0, 200).Select(i =>
            (20 + (3 * Math.Cos(2 * Math.PI * i / 60))).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture))];
        (int Day, int Instrument, long Shares)[] orders = Orders(Run("macd", new JsonObject { ["lots"] = 1 }, [prices]));
        Assert.Equal([(93, 0, 100L), (124, 0, -100L), (154, 0, 100L), (184, 0, -100L)], orders);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Strategy_AnyMarket_NeverLooksAheadAndRepeats(string name) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(25),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            MarketPanel panel = RandomMarket.Make(seed);
            JsonObject parameters = Quick(name);
            BacktestResult whole = Backtester.Run(panel, name, parameters, new BacktestSettings(), null, default);
            Assert.Equal(OrderListHash.Of(whole.Run), OrderListHash.Of(Backtester.Run(panel, name, parameters, new BacktestSettings(), null, default).Run));
            DateOnly cut = panel.Calendar.Days[panel.Calendar.Count / 2];
            BacktestResult part = Backtester.Run(panel.TruncateAfter(cut), name, parameters, new BacktestSettings(), null, default);
            Assert.Equal(
                whole.Run.Orders.Where(order => order.SubmitDate <= cut).Select(order => (order.Symbol, order.Side, order.Quantity, order.SubmitDate)),
                part.Run.Orders.Select(order => (order.Symbol, order.Side, order.Quantity, order.SubmitDate)));
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Strategy_FastEngine_EqualsReferenceToTheBit(string name) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(25),
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), ArbMap.Default.ArbFor<bool>(), (seed, hasRules) =>
        {
            MarketPanel panel = RandomMarket.Make(seed);
            BacktestSettings settings = new() { ExchangeRules = hasRules };
            StrategyBinding binding = StrategyCatalog.Bind(name, Quick(name));
            EngineRun fast = binding.Accept(new FastVisitor(panel, settings));
            EngineRun reference = ReferenceEngine.Run(panel, binding.Create(), settings, RuleBook.China, null, default);
            Assert.Equal(reference.Orders.ToArray(), fast.Orders.ToArray());
            Assert.Equal(reference.Fills.ToArray(), fast.Fills.ToArray());
            Assert.Equal(reference.Equity.ToArray(), fast.Equity.ToArray());
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void Binding_Visited_GivesAStructThatTradesTheSame(string name)
    {
        MarketPanel panel = RandomMarket.Make(3);
        StrategyBinding binding = StrategyCatalog.Bind(name, Quick(name));
        (bool IsStruct, string Hash) typed = binding.Accept(new Runner(panel));
        Assert.True(typed.IsStruct);
        EngineRun boxed = ReferenceEngine.Run(panel, binding.Create(), new BacktestSettings(), RuleBook.China, null, default);
        Assert.Equal(OrderListHash.Of(boxed), typed.Hash);
    }

    [Fact]
    public void Catalogue_EveryStrategy_SpeaksBothLanguagesAndTakesItsDefaults()
    {
        Assert.Equal(10, StrategyCatalog.Definitions.Length);
        Assert.Equal(StrategyCatalog.Definitions.Select(one => one.Name).Order(StringComparer.Ordinal), StrategyCatalog.Definitions.Select(one => one.Name));
        foreach (StrategyDefinition definition in StrategyCatalog.Definitions)
        {
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", definition.TitleZh);
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", definition.DescriptionZh);
            Assert.All(definition.Parameters, one => Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", one.DescriptionZh));
            Assert.All(definition.Parameters, one => Assert.True(one.Default is null || (one.Default >= one.Minimum && one.Default <= one.Maximum)));
            foreach (StrategyParameter parameter in definition.Parameters)
            {
                BacktestParameterException error = Assert.Throws<BacktestParameterException>(
                    () => StrategyCatalog.Bind(definition.Name, new JsonObject { [parameter.Name] = parameter.Maximum + 1 }));
                Assert.Contains(error.Errors, one => one.Field == parameter.Name && one.Reason == "PARAMETER_OUT_OF_RANGE");
            }
        }
    }

    private static JsonObject Quick(string name) => name switch
    {
        "momentum_rotation" => new JsonObject { ["lookback"] = 3, ["every"] = 2, ["top"] = 2 },
        "pairs" => new JsonObject { ["period"] = 5, ["enter"] = 1 },
        "turtle" => new JsonObject { ["entry"] = 3, ["exit"] = 2, ["atr"] = 3 },
        "macd" => new JsonObject { ["fast"] = 2, ["slow"] = 4, ["signal"] = 2 },
        "bollinger" => new JsonObject { ["period"] = 4, ["deviations"] = 1 },
        "rsi_reversal" => new JsonObject { ["period"] = 3 },
        "sma_cross" => new JsonObject { ["fast"] = 2, ["slow"] = 4 },
        _ => [],
    };

    private static void Trades(string name, JsonObject parameters, string[][] closes, params (int Day, int Instrument, long Shares)[] expected) =>
        Assert.Equal(expected, Orders(Run(name, parameters, closes)));

    private static BacktestResult Run(string name, JsonObject parameters, string[][] closes)
    {
        PanelBuilder builder = new(new DateOnly(2024, 1, 8), closes[0].Length);
        for (int i = 0; i < closes.Length; i++)
        {
            long[] close = [.. closes[i].Select(text => Price.Parse(text).Units)];
            builder.Add($"60000{i}.SH", [.. Enumerable.Range(0, close.Length)], [close[0], .. close[..^1]], close, [.. close.Select(_ => 10_000_000L)]);
        }

        return Backtester.Run(builder.Build(), name, parameters, new BacktestSettings(), null, default);
    }

    private static (int Day, int Instrument, long Shares)[] Orders(BacktestResult result)
    {
        DateOnly[] days = [.. result.Run.Equity.Select(point => point.TradingDate)];
        return [.. result.Run.Orders.Select(order => (
            Array.IndexOf(days, order.SubmitDate),
            order.Symbol.ToString()[5] - '0',
            order.Side == OrderSide.Buy ? order.Quantity.Units : -order.Quantity.Units))];
    }

    private sealed class FastVisitor(MarketPanel panel, BacktestSettings settings) : IStrategyVisitor<EngineRun>
    {
        public EngineRun Visit<TStrategy>(Func<TStrategy> create)
            where TStrategy : IStrategy => FastEngine.Run(panel, create(), settings, RuleBook.China, null, default);
    }

    private sealed class Runner(MarketPanel panel) : IStrategyVisitor<(bool IsStruct, string Hash)>
    {
        public (bool IsStruct, string Hash) Visit<TStrategy>(Func<TStrategy> create)
            where TStrategy : IStrategy =>
            (typeof(TStrategy).IsValueType,
                OrderListHash.Of(ReferenceEngine.Run(panel, create(), new BacktestSettings(), RuleBook.China, null, default)));
    }
}
