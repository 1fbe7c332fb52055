using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>
/// Corporate actions as JSON: <c>{"kind":"dividend","ex_date","record_date","pay_date","per_share":"0.41"}</c>, <c>bonus</c> (ex_date, list_date, new, held),
/// <c>rights</c> (ex_date, pay_date, list_date, new, held, price), <c>split</c> (ex_date, to, from), <c>delisting</c> (ex_date, per_share or absent),
/// <c>conversion</c> (ex_date, successor, new, held). Prices are decimals of at most four places, in the price scale of shares.
/// </summary>
internal static class ActionsJson
{
    public static JsonNode Write(CorporateAction action)
    {
        var node = new JsonObject { ["kind"] = action.Name, ["ex_date"] = action.EffectiveDate.ToString("O") };
        switch (action)
        {
            case CashDividend one:
                node["record_date"] = one.RecordDate.ToString("O");
                node["pay_date"] = one.PayDate.ToString("O");
                node["per_share"] = Text(one.PerShare);
                break;
            case BonusIssue one:
                node["list_date"] = one.ListDate.ToString("O");
                (node["new"], node["held"]) = (one.New, one.Held);
                break;
            case RightsIssue one:
                node["pay_date"] = one.PayDate.ToString("O");
                node["list_date"] = one.ListDate.ToString("O");
                (node["new"], node["held"]) = (one.New, one.Held);
                node["price"] = Text(one.Price);
                break;
            case ShareSplit one:
                (node["to"], node["from"]) = (one.To, one.From);
                break;
            case Delisting { PerShare: { } price }:
                node["per_share"] = Text(price);
                break;
            case Conversion one:
                node["successor"] = one.Successor.ToString();
                (node["new"], node["held"]) = (one.New, one.Held);
                break;
        }

        return node;
    }

    public static CorporateAction Read(Symbol symbol, JsonObject node)
    {
        DateOnly day = Date(node, "ex_date");
        string kind = PanelJson.Text(node, "kind");
        return kind switch
        {
            "dividend" => new CashDividend(symbol, day, Date(node, "record_date"), Date(node, "pay_date"), Amount(node, "per_share")),
            "bonus" => new BonusIssue(symbol, day, Date(node, "list_date"), Count(node, "new"), Count(node, "held")),
            "rights" => new RightsIssue(symbol, day, Date(node, "pay_date"), Date(node, "list_date"), Count(node, "new"), Count(node, "held"), Amount(node, "price")),
            "split" => new ShareSplit(symbol, day, Count(node, "to"), Count(node, "from")),
            "delisting" => new Delisting(symbol, day, node.ContainsKey("per_share") ? Amount(node, "per_share") : null),
            "conversion" => new Conversion(symbol, day, Symbol.Parse(PanelJson.Text(node, "successor")), Count(node, "new"), Count(node, "held")),
            _ => throw new FormatException($"action `{kind}` is not dividend, bonus, rights, split, delisting or conversion"),
        };
    }

    private static string Text(Price price) => ScaledDecimal.FormatShort(price.Units, Price.ShareScale);

    private static DateOnly Date(JsonObject node, string name) =>
        DateOnly.ParseExact(node[name]?.GetValue<string>() ?? throw new FormatException($"an action lacks {name}"), "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static long Count(JsonObject node, string name) =>
        node[name]?.GetValue<long>() is > 0 and var count ? count : throw new FormatException($"an action needs {name} of at least 1");

    private static Price Amount(JsonObject node, string name) => Price.TryParse(node[name]?.GetValue<string>() ?? "", Price.ShareScale, out Price price)
        ? price
        : throw new FormatException($"{name} `{node[name]}` of an action is no decimal of at most four places");
}
