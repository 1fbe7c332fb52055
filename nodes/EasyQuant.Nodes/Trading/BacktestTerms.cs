using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Reads the parameters of the Backtest node that may come from expressions: terms for borrowing and the rule book.</summary>
internal static class BacktestTerms
{
    private const int RateScale = 6;

    /// <summary>Reads terms for borrowing; null stays null.</summary>
    /// <exception cref="NodeException">PARAMETER_TYPE, UNKNOWN_PARAMETER or PARAMETER_OUT_OF_RANGE.</exception>
    public static MarginSettings? Margin(JsonNode? node)
    {
        if (node is null)
        {
            return null;
        }

        if (node is not JsonObject terms)
        {
            throw new NodeException("PARAMETER_TYPE", $"'margin' must be an object, was {node.ToJsonString()}.");
        }

        MarginSettings margin = new();
        foreach ((string name, JsonNode? value) in terms)
        {
            margin = name switch
            {
                "initialLong" => margin with { InitialLongPpm = Rate(name, value) },
                "initialShort" => margin with { InitialShortPpm = Rate(name, value) },
                "maintenanceLong" => margin with { MaintenanceLongPpm = Rate(name, value) },
                "maintenanceShort" => margin with { MaintenanceShortPpm = Rate(name, value) },
                "borrow" => margin with { BorrowPpm = Rate(name, value) },
                "debt" => margin with { DebtPpm = Rate(name, value) },
                "callPolicy" => margin with { CallPolicy = Policy(value) },
                _ => throw new NodeException(
                    "UNKNOWN_PARAMETER",
                    $"'margin' has no \"{name}\"; it has: initialLong, initialShort, maintenanceLong, maintenanceShort, borrow, debt, callPolicy."),
            };
        }

        return margin;
    }

    /// <summary>Reads a rule book; null gives the shipped one.</summary>
    /// <exception cref="NodeException">RULE_BOOK_INVALID: the message names the row.</exception>
    public static RuleBook Rules(JsonNode? node)
    {
        if (node is null)
        {
            return RuleBook.China;
        }

        try
        {
            return RuleBookJson.Parse(Encoding.UTF8.GetBytes(node.ToJsonString()));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new NodeException("RULE_BOOK_INVALID", $"The rule book cannot be read: {e.Message}", transient: false, e);
        }
    }

    private static long Rate(string name, JsonNode? value)
    {
        string text = value is JsonValue known && known.TryGetValue(out string? plain) ? plain : value?.ToJsonString() ?? "";
        return ScaledDecimal.TryParse(text, RateScale, out long ppm)
            ? ppm
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"margin.{name} must be a fraction with at most {RateScale} decimal places, was \"{text}\".");
    }

    private static MarginCallPolicy Policy(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? name) && name is "liquidate" or "report"
        ? name == "report" ? MarginCallPolicy.Report : MarginCallPolicy.Liquidate
        : throw new NodeException("PARAMETER_OUT_OF_RANGE", "margin.callPolicy must be liquidate or report.");
}
