using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Reads what the Backtest node and <c>eq backtest</c> take as JSON: terms for borrowing, accounts, exchange rates and the rule book. The forms are those of
/// <see cref="BacktestParameters"/>. Stateless, thread-safe.
/// </summary>
public static class BacktestTerms
{
    private const int RateScale = 6;
    private const int AccountsMax = 20;
    private const int CurrenciesMax = 20;
    private const int RatesMax = 20_000;

    /// <summary>Reads terms for borrowing; null stays null.</summary>
    /// <param name="node">An object of fractions as text; see <see cref="BacktestParameters.Margin"/>.</param>
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

    /// <summary>Reads accounts; null gives none.</summary>
    /// <param name="node">An array, at most 20; see <see cref="BacktestParameters.Accounts"/>.</param>
    /// <exception cref="NodeException">PARAMETER_TYPE, UNKNOWN_PARAMETER or PARAMETER_OUT_OF_RANGE.</exception>
    public static ImmutableArray<AccountSettings> Accounts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray { Count: <= AccountsMax } array => [.. array.Select((one, i) => Account(one, $"accounts[{i}]"))],
        JsonArray array => throw new NodeException("PARAMETER_OUT_OF_RANGE", $"'accounts' must have at most {AccountsMax} entries, got {array.Count}."),
        _ => throw new NodeException("PARAMETER_TYPE", $"'accounts' must be an array, was {node.ToJsonString()}."),
    };

    /// <summary>Reads exchange rates; null gives none.</summary>
    /// <param name="node">An object of 1 to 20 currencies; see <see cref="BacktestParameters.ExchangeRates"/>.</param>
    /// <param name="calendar">Trading days that get a rate.</param>
    /// <exception cref="NodeException">PARAMETER_TYPE or PARAMETER_OUT_OF_RANGE.</exception>
    /// <exception cref="BacktestParameterException">FX_RATE_MISSING: the first rate of a currency is after the first day.</exception>
    public static ImmutableArray<FxRates> Rates(JsonNode? node, TradingCalendar calendar)
    {
        if (node is null)
        {
            return [];
        }

        JsonObject currencies = ObjectOf(node, "exchangeRates");
        Bound(currencies.Count, CurrenciesMax, "exchangeRates");
        return [.. currencies.Select(one =>
        {
            string at = "exchangeRates." + one.Key;
            JsonObject rates = ObjectOf(one.Value, at);
            Bound(rates.Count, RatesMax, at);
            return FxRates.Of(one.Key, [.. rates.Select(rate => (Day(rate.Key, at), Rate(rate.Value, at))).OrderBy(rate => rate.Item1)], calendar);
        })];

        static DateOnly Day(string text, string at) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"{at} must have dates such as 2024-01-31 as names, was \"{text}\".");

        static long Rate(JsonNode? value, string at) => ScaledDecimal.TryParse(TextOf(value), FxRates.Scale, out long rate) && rate > 0
            ? rate
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"{at} must have rates above 0 with at most {FxRates.Scale} decimal places, was \"{TextOf(value)}\".");
    }

    /// <summary>Reads a rule book; null gives the shipped one.</summary>
    /// <param name="node">See <see cref="RuleBookJson"/>.</param>
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

    private static AccountSettings Account(JsonNode? node, string at)
    {
        string name = "";
        List<CashBalance> cash = [];
        MarginSettings? margin = null;
        foreach ((string field, JsonNode? value) in ObjectOf(node, at))
        {
            switch (field)
            {
                case "name":
                    name = TextOf(value);
                    break;
                case "cash":
                    cash.AddRange(ObjectOf(value, at + ".cash").Select(one => new CashBalance(one.Key, Amount(one.Value, $"{at}.cash.{one.Key}"))));
                    break;
                case "margin":
                    margin = Margin(value);
                    break;
                default:
                    throw new NodeException("UNKNOWN_PARAMETER", $"{at} has no \"{field}\"; it has: name, cash, margin.");
            }
        }

        return new AccountSettings(name, cash, margin);
    }

    private static Money Amount(JsonNode? value, string at) => Money.TryParse(TextOf(value), out Money amount)
        ? amount
        : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"{at} must be an amount with at most {Money.Scale} decimal places, was \"{TextOf(value)}\".");

    private static JsonObject ObjectOf(JsonNode? node, string at) =>
        node as JsonObject ?? throw new NodeException("PARAMETER_TYPE", $"'{at}' must be an object, was {node?.ToJsonString() ?? "null"}.");

    private static void Bound(int count, int countMax, string at)
    {
        if (count == 0 || count > countMax)
        {
            throw new NodeException("PARAMETER_OUT_OF_RANGE", $"'{at}' must have 1 to {countMax} entries, got {count}.");
        }
    }

    private static string TextOf(JsonNode? value) => value is JsonValue known && known.TryGetValue(out string? plain) ? plain : value?.ToJsonString() ?? "";

    private static long Rate(string name, JsonNode? value)
    {
        string text = TextOf(value);
        return ScaledDecimal.TryParse(text, RateScale, out long ppm)
            ? ppm
            : throw new NodeException("PARAMETER_OUT_OF_RANGE", $"margin.{name} must be a fraction with at most {RateScale} decimal places, was \"{text}\".");
    }

    private static MarginCallPolicy Policy(JsonNode? value) => value is JsonValue text && text.TryGetValue(out string? name) && name is "liquidate" or "report"
        ? name == "report" ? MarginCallPolicy.Report : MarginCallPolicy.Liquidate
        : throw new NodeException("PARAMETER_OUT_OF_RANGE", "margin.callPolicy must be liquidate or report.");
}
