using System.CommandLine;
using System.Text.Json.Nodes;
using EasyQuant.Cli.Local.Backtests;
using EasyQuant.Contracts.Backtest.V1;

namespace EasyQuant.Cli.Remote;

/// <summary>
/// Options of <c>eq backtests create</c> about accounts, borrowing and currencies, in the form that <c>eq backtest</c> and the Backtest node take. Only the form is read
/// here; the server checks the values.
/// </summary>
internal sealed class AccountOptions
{
    private readonly Option<string?> _accounts = new("--accounts") { Description = "Accounts as JSON or a file of it: [{\"name\": \"a\", \"cash\": {\"CNY\": \"500000\"}}]. / 账户。" };
    private readonly Option<string?> _margin = new("--margin") { Description = "Terms for borrowing as JSON or a file of it; {} takes the defaults. / 融资融券条件。" };
    private readonly Option<string?> _currency = new("--base-currency") { Description = "Currency that equity is counted in. / 本位币。" };
    private readonly Option<string?> _rates = new("--exchange-rates") { Description = "Rates as JSON or a file of it: {\"HKD\": {\"2024-01-01\": \"0.91\"}}. / 汇率。" };
    private readonly Option<string?> _cash = new("--cash") { Description = "Cash at the start. / 初始资金。" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _accounts, _margin, _currency, _rates, _cash })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Writes what was given into a spec; accounts and rates of the spec are replaced.</summary>
    /// <exception cref="FormatException">An option cannot be read; the message names it.</exception>
    public void Fill(ParseResult result, BacktestSpec spec)
    {
        spec.Cash = result.GetValue(_cash) ?? spec.Cash;
        spec.BaseCurrency = result.GetValue(_currency) ?? spec.BaseCurrency;
        if (result.GetValue(_margin) is { } margin)
        {
            spec.Margin = Margin("--margin", JsonOption.Read("--margin", margin));
        }

        if (result.GetValue(_accounts) is { } accounts)
        {
            JsonArray all = JsonOption.Read("--accounts", accounts) as JsonArray ?? throw new FormatException("--accounts must be an array.");
            spec.Accounts.Clear();
            spec.Accounts.AddRange(all.Select((one, i) => AccountOf($"--accounts[{i}]", one)));
        }

        if (result.GetValue(_rates) is { } rates)
        {
            spec.ExchangeRates.Clear();
            spec.ExchangeRates.AddRange(Members("--exchange-rates", JsonOption.Read("--exchange-rates", rates)).Select(one => RatesOf(one.Key, one.Value)));
        }
    }

    private static ExchangeRates RatesOf(string currency, JsonNode? rates)
    {
        ExchangeRates wire = new() { Currency = currency };
        wire.Rates.AddRange(Members("--exchange-rates." + currency, rates)
            .OrderBy(rate => rate.Key, StringComparer.Ordinal)
            .Select(rate => new DatedRate { StartDate = rate.Key, Rate = Text(rate.Value) }));
        return wire;
    }

    private static Account AccountOf(string at, JsonNode? node)
    {
        Account account = new();
        foreach ((string name, JsonNode? value) in Members(at, node))
        {
            switch (name)
            {
                case "name":
                    account.Name = Text(value);
                    break;
                case "cash":
                    account.Cash.AddRange(Members(at + ".cash", value).Select(one => new CashBalance { Currency = one.Key, Amount = Text(one.Value) }));
                    break;
                case "margin":
                    account.Margin = Margin(at + ".margin", value);
                    break;
                default:
                    throw new FormatException($"{at} has no \"{name}\"; it has: name, cash, margin.");
            }
        }

        return account;
    }

    private static MarginTerms Margin(string at, JsonNode? node)
    {
        MarginTerms terms = new();
        foreach ((string name, JsonNode? value) in Members(at, node))
        {
            string text = Text(value);
            switch (name)
            {
                case "initialLong": terms.InitialLongRate = text; break;
                case "initialShort": terms.InitialShortRate = text; break;
                case "maintenanceLong": terms.MaintenanceLongRate = text; break;
                case "maintenanceShort": terms.MaintenanceShortRate = text; break;
                case "borrow": terms.BorrowRate = text; break;
                case "debt": terms.DebtRate = text; break;
                case "callPolicy" when text is "liquidate" or "report":
                    terms.CallPolicy = text == "report" ? MarginCallPolicy.Report : MarginCallPolicy.Unspecified;
                    break;
                case "callPolicy":
                    throw new FormatException($"{at}.callPolicy must be liquidate or report, was \"{text}\".");
                default:
                    throw new FormatException(
                        $"{at} has no \"{name}\"; it has: initialLong, initialShort, maintenanceLong, maintenanceShort, borrow, debt, callPolicy.");
            }
        }

        return terms;
    }

    private static JsonObject Members(string at, JsonNode? node) => node as JsonObject ?? throw new FormatException($"{at} must be an object, was {node?.ToJsonString() ?? "null"}.");

    private static string Text(JsonNode? value) => value is JsonValue known && known.TryGetValue(out string? text) ? text : value?.ToJsonString() ?? "";
}
