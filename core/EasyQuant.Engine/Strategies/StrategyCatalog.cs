using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Engine;

/// <summary>The shipped strategies by name. Thread-safe.</summary>
public static class StrategyCatalog
{
    /// <summary>All strategies by name, ascending.</summary>
    public static ImmutableArray<StrategyDefinition> Definitions { get; } = StrategyDefinitions.All;

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

        return StrategyFactory.Bind(strategy, filled, values);
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
        Check("leave", "enter", "less than");
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
