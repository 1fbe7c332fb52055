using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>Makes parameter records of checked numbers and binds strategies to them.</summary>
internal static class StrategyFactory
{
    /// <param name="strategy">Name of a shipped strategy.</param>
    /// <param name="parameters">The numbers as the manifest keeps them.</param>
    /// <param name="values">All numbers of the strategy by name, checked, defaults filled in.</param>
    public static StrategyBinding Bind(string strategy, JsonObject parameters, Dictionary<string, double> values)
    {
        OrderSize size = values.TryGetValue("lots", out double lots) ? OrderSize.FixedShares((long)lots * 100)
            : values.TryGetValue("fraction", out double fraction) ? OrderSize.Fraction(Ppm(fraction))
            : default;
        return strategy switch
        {
            "bollinger" => Bollinger(new BollingerParameters(Whole("period"), values["deviations"], size)),
            "grid" => Grid(new GridParameters(Ppm(values["step"]), Whole("levels"), size)),
            "macd" => Macd(new MacdParameters(Whole("fast"), Whole("slow"), Whole("signal"), size)),
            "martingale" => Martingale(new MartingaleParameters(
                Ppm(values["drop"]), Whole("doublings"), Ppm(values["takeProfit"]), Ppm(values["stopLoss"]), size)),
            "momentum_rotation" => Momentum(new MomentumRotationParameters(Whole("lookback"), Whole("every"), Whole("top"), values["minimum"])),
            "pairs" => Pairs(new PairsParameters(Whole("period"), values["enter"], values["leave"], values["shorts"] == 1, size)),
            "rsi_reversal" => Rsi(Whole("period"), values["buyBelow"], values["sellAbove"]),
            "sma_cross" => Sma(Whole("fast"), Whole("slow")),
            "turtle" => Turtle(new TurtleParameters(
                Whole("entry"), Whole("exit"), Whole("atr"), Ppm(values["risk"]), Whole("units"), values["add"], values["stop"])),
            _ => StrategyBinding.Of(parameters, () => new BuyAndHoldStrategy(size)),
        };

        int Whole(string name) => (int)values[name];

        StrategyBinding Bollinger(BollingerParameters one) => StrategyBinding.Of(parameters, () => new BollingerStrategy(one));
        StrategyBinding Grid(GridParameters one) => StrategyBinding.Of(parameters, () => new GridStrategy(one));
        StrategyBinding Macd(MacdParameters one) => StrategyBinding.Of(parameters, () => new MacdStrategy(one));
        StrategyBinding Martingale(MartingaleParameters one) => StrategyBinding.Of(parameters, () => new MartingaleStrategy(one));
        StrategyBinding Momentum(MomentumRotationParameters one) => StrategyBinding.Of(parameters, () => new MomentumRotationStrategy(one));
        StrategyBinding Pairs(PairsParameters one) => StrategyBinding.Of(parameters, () => new PairsStrategy(one));
        StrategyBinding Rsi(int period, double low, double high) => StrategyBinding.Of(parameters, () => new RsiReversalStrategy(period, low, high, size));
        StrategyBinding Sma(int fast, int slow) => StrategyBinding.Of(parameters, () => new SmaCrossStrategy(fast, slow, size));
        StrategyBinding Turtle(TurtleParameters one) => StrategyBinding.Of(parameters, () => new TurtleStrategy(one));
    }

    private static long Ppm(double fraction) => (long)Math.Round(fraction * 1_000_000);
}
