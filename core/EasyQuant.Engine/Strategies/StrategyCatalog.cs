using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>The shipped strategies by name. Thread-safe.</summary>
public static class StrategyCatalog
{
    private static readonly ImmutableArray<StrategyParameter> s_size =
    [
        new("lots", true, 1, 1_000_000, null, "Lots of 100 shares a buy; excludes fraction.", "每次买入手数（每手 100 股），与 fraction 互斥。"),
        new("fraction", false, 0.000001, 1, null,
            "Fraction of equity a buy; excludes lots. Without both, equity is split evenly over all instruments.",
            "每次买入占权益的比例，与 lots 互斥；都不给时按标的数平均分配权益。"),
    ];

    /// <summary>All strategies by name, ascending.</summary>
    public static ImmutableArray<StrategyDefinition> Definitions { get; } =
    [
        new("buy_and_hold", "Buy and hold", "买入持有",
            "Buys every instrument after its first bar and keeps it.", "在每个标的的首根 K 线之后买入并一直持有。", s_size),
        new("rsi_reversal", "RSI reversal", "RSI 反转",
            "Buys when Wilder's RSI falls below a threshold, sells when it rises above another.", "威尔德 RSI 低于下限买入，高于上限卖出。",
            [
                new("period", true, 1, 1000, 14, "Length of the RSI in bars.", "RSI 周期（K 线数）。"),
                new("buyBelow", false, 0, 100, 30, "Buys below this value.", "低于此值买入。"),
                new("sellAbove", false, 0, 100, 70, "Sells above this value; above buyBelow.", "高于此值卖出，须大于 buyBelow。"),
                .. s_size,
            ]),
        new("sma_cross", "SMA cross", "双均线交叉",
            "Buys when the fast average crosses above the slow one, sells when it is no longer above.", "快线上穿慢线买入，不再高于慢线时卖出。",
            [
                new("fast", true, 1, 1000, 10, "Length of the fast average in bars; below slow.", "快线周期，须小于 slow。"),
                new("slow", true, 2, 1000, 30, "Length of the slow average in bars.", "慢线周期。"),
                .. s_size,
            ]),
    ];

    /// <summary>Checks parameters and binds them.</summary>
    /// <param name="strategy">Name of a shipped strategy.</param>
    /// <param name="parameters">Numbers, or decimal text; missing ones take their defaults.</param>
    /// <returns>A factory with the parameters filled in.</returns>
    /// <exception cref="BacktestParameterException">The strategy is unknown or parameters are unusable; lists all errors.</exception>
    public static StrategyBinding Bind(string strategy, JsonObject parameters)
    {
        StrategyDefinition? definition = Definitions.FirstOrDefault(one => one.Name == strategy);
        if (definition is null)
        {
            string names = string.Join(", ", Definitions.Select(one => one.Name));
            throw new BacktestParameterException(
                [new ParameterError("STRATEGY_NOT_FOUND", "strategy", $"Strategy \"{strategy}\" is not one of: {names}.")]);
        }

        List<ParameterError> errors = [];
        Dictionary<string, double> values = Read(definition, parameters, errors);
        CheckPairs(values, errors);
        if (errors.Count > 0)
        {
            throw new BacktestParameterException(errors);
        }

        JsonObject filled = [];
        foreach (StrategyParameter parameter in definition.Parameters)
        {
            if (values.TryGetValue(parameter.Name, out double value))
            {
                filled[parameter.Name] = parameter.IsInteger ? JsonValue.Create((long)value) : JsonValue.Create(value);
            }
        }

        return new StrategyBinding(filled, Factory(strategy, values));
    }

    private static Func<IStrategy> Factory(string strategy, Dictionary<string, double> values)
    {
        OrderSize size = values.TryGetValue("lots", out double lots) ? OrderSize.FixedShares((long)lots * 100)
            : values.TryGetValue("fraction", out double fraction) ? OrderSize.Fraction((long)Math.Round(fraction * 1_000_000))
            : default;
        return strategy switch
        {
            "sma_cross" => () => new SmaCrossStrategy((int)values["fast"], (int)values["slow"], size),
            "rsi_reversal" => () => new RsiReversalStrategy((int)values["period"], values["buyBelow"], values["sellAbove"], size),
            _ => () => new BuyAndHoldStrategy(size),
        };
    }

    private static Dictionary<string, double> Read(StrategyDefinition definition, JsonObject parameters, List<ParameterError> errors)
    {
        Dictionary<string, double> values = [];
        foreach (StrategyParameter parameter in definition.Parameters)
        {
            if (parameter.Default is { } standard)
            {
                values[parameter.Name] = standard;
            }
        }

        foreach ((string name, JsonNode? node) in parameters)
        {
            StrategyParameter? parameter = definition.Parameters.FirstOrDefault(one => one.Name == name);
            if (parameter is null)
            {
                string names = string.Join(", ", definition.Parameters.Select(one => one.Name));
                errors.Add(new ParameterError("UNKNOWN_PARAMETER", name, $"Strategy {definition.Name} has no parameter \"{name}\"; it has: {names}."));
            }
            else if (node is not null)
            {
                ReadOne(parameter, node, values, errors);
            }
        }

        return values;
    }

    private static void ReadOne(StrategyParameter parameter, JsonNode node, Dictionary<string, double> values, List<ParameterError> errors)
    {
        double number = node.GetValueKind() switch
        {
            JsonValueKind.Number => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture),
            JsonValueKind.String when double.TryParse(
                node.GetValue<string>(), NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) => parsed,
            _ => double.NaN,
        };
        string name = parameter.Name;
        if (!double.IsFinite(number) || (parameter.IsInteger && number != Math.Floor(number)))
        {
            string kind = parameter.IsInteger ? "a whole number" : "a number";
            errors.Add(new ParameterError("PARAMETER_TYPE", name, $"{name} must be {kind}, was {node.ToJsonString()}."));
        }
        else if (number < parameter.Minimum || number > parameter.Maximum)
        {
            errors.Add(new ParameterError(
                "PARAMETER_OUT_OF_RANGE", name, $"{name} must be {parameter.Minimum} to {parameter.Maximum}, was {node.ToJsonString()}."));
        }
        else
        {
            values[name] = number;
        }
    }

    private static void CheckPairs(Dictionary<string, double> values, List<ParameterError> errors)
    {
        Check("fast", "slow", "less than");
        Check("buyBelow", "sellAbove", "less than");
        if (values.ContainsKey("lots") && values.ContainsKey("fraction"))
        {
            errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", "fraction", "lots and fraction exclude each other; give one of them."));
        }

        void Check(string low, string high, string relation)
        {
            if (values.TryGetValue(low, out double left) && values.TryGetValue(high, out double right) && left >= right)
            {
                errors.Add(new ParameterError("PARAMETER_OUT_OF_RANGE", low, $"{low} must be {relation} {high} ({right}), was {left}."));
            }
        }
    }
}
