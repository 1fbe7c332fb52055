using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.BacktestSandbox.Compiling;
using EasyQuant.Engine;

namespace EasyQuant.BacktestSandbox.Computing;

/// <summary>Binds JSON values to the constructor parameters of a strategy of a user.</summary>
public static class ParameterValues
{
    private const int TextLengthMax = 1000;

    /// <summary>Checks values and fills defaults in.</summary>
    /// <param name="declared">The constructor parameters.</param>
    /// <param name="given">Numbers, booleans or text by name.</param>
    /// <returns>All values by name, in order of declaration.</returns>
    /// <exception cref="BacktestParameterException">UNKNOWN_PARAMETER, PARAMETER_TYPE or PARAMETER_REQUIRED; lists all errors.</exception>
    public static JsonObject Fill(IReadOnlyList<SourceParameter> declared, JsonObject given)
    {
        List<ParameterError> errors = [];
        foreach ((string name, _) in given)
        {
            if (declared.All(one => one.Name != name))
            {
                errors.Add(new ParameterError(
                    "UNKNOWN_PARAMETER", name, $"The strategy has no parameter \"{name}\"; it has: {string.Join(", ", declared.Select(one => one.Name))}."));
            }
        }

        JsonObject filled = [];
        foreach (SourceParameter parameter in declared)
        {
            JsonNode? node = given[parameter.Name];
            if (node is null && parameter.Default is null)
            {
                errors.Add(new ParameterError("PARAMETER_REQUIRED", parameter.Name, $"{parameter.Name} has no default and must be given."));
            }
            else if ((node is null ? Parse(parameter.Type, parameter.Default!) : Read(parameter.Type, node)) is { } value)
            {
                filled[parameter.Name] = value;
            }
            else
            {
                errors.Add(new ParameterError("PARAMETER_TYPE", parameter.Name, $"{parameter.Name} must be {parameter.Type}, was {node?.ToJsonString()}."));
            }
        }

        return errors.Count == 0 ? filled : throw new BacktestParameterException(errors);
    }

    /// <summary>Returns the arguments of the constructor.</summary>
    internal static object?[] ToArguments(IReadOnlyList<SourceParameter> declared, JsonObject filled) =>
        [.. declared.Select(parameter => ToArgument(parameter.Type, filled[parameter.Name]!))];

    private static object ToArgument(string type, JsonNode value) => type switch
    {
        "int" => (int)Integer(value),
        "long" => Integer(value),
        "double" => Real(value),
        "bool" => value.GetValue<bool>(),
        _ => value.GetValue<string>(),
    };

    private static long Integer(JsonNode node) => long.Parse(node.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static double Real(JsonNode node) => double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static JsonNode? Read(string type, JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Number => type is "int" or "long" or "double" ? Parse(type, node.ToJsonString()) : null,
        JsonValueKind.String => type == "string" && node.GetValue<string>().Length > TextLengthMax ? null : Parse(type, node.GetValue<string>()),
        JsonValueKind.True or JsonValueKind.False => type == "bool" ? node.DeepClone() : null,
        _ => null,
    };

    private static JsonNode? Parse(string type, string text)
    {
        switch (type)
        {
            case "int" or "long":
                // A number of the wire is a double: 5 may come as 5.0 or 5E0.
                bool isWhole = decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) && number == decimal.Truncate(number);
                bool fits = isWhole && (type == "int" ? number is >= int.MinValue and <= int.MaxValue : number is >= long.MinValue and <= long.MaxValue);
                return fits ? JsonValue.Create((long)number) : null;
            case "double":
                return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
                    ? JsonValue.Create(value)
                    : null;
            case "bool":
                return bool.TryParse(text, out bool flag) ? JsonValue.Create(flag) : null;
            default:
                return JsonValue.Create(text);
        }
    }
}
