using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace EasyQuant.Domain;

/// <summary>
/// Reads the JSON form of a rule book: <c>{"version","rules":[{"id","kind","boards","effective_from","source","confidence",...values}]}</c>.
/// Kinds and their values: <c>price_limit</c> limit_ppm, special_treatment; <c>new_listing</c> free_days, optional first_day_up_ppm and first_day_down_ppm; <c>lot</c> minimum, step;
/// <c>tick</c> tick; <c>settlement</c> share_days, optional cash_days (0 to 30 each); <c>stamp_duty</c> buy_ppm, sell_ppm; <c>transfer_fee</c> rate_ppm, optional per_thousand_shares and
/// exchange;
/// <c>dividend_tax</c> month_ppm, year_ppm, longer_ppm; <c>fee_rounding</c> increment.
/// </summary>
public static class RuleBookJson
{
    /// <summary>Parses UTF-8 JSON.</summary>
    /// <param name="utf8">The whole document.</param>
    /// <exception cref="FormatException">A row misses a field or holds an unknown kind, board or value; the message names the row.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static RuleBook Parse(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8);
        List<Rule> rules = [];
        foreach (JsonElement row in Field(document.RootElement, "rules", "the document").EnumerateArray())
        {
            rules.Add(ParseRow(row));
        }

        return new RuleBook(Text(document.RootElement, "version", "the document"), rules);
    }

    private static Rule ParseRow(JsonElement row)
    {
        string id = Text(row, "id", "a rule");
        ImmutableArray<Board> boards = [.. Field(row, "boards", id).EnumerateArray().Select(board => ParseBoard(board, id))];
        string date = Text(row, "effective_from", id);
        if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly from))
        {
            throw new FormatException($"Rule \"{id}\": effective_from \"{date}\" is not a date yyyy-MM-dd.");
        }

        string source = Text(row, "source", id);
        RuleConfidence confidence = Text(row, "confidence", id) switch
        {
            "high" => RuleConfidence.High,
            "low" => RuleConfidence.Low,
            string other => throw new FormatException($"Rule \"{id}\": confidence \"{other}\" is neither high nor low."),
        };

        return Text(row, "kind", id) switch
        {
            "price_limit" => new PriceLimitRule(
                id, boards, from, source, confidence, Field(row, "special_treatment", id).GetBoolean(), Number(row, "limit_ppm", id)),
            "new_listing" => new NewListingRule(
                id, boards, from, source, confidence, (int)Number(row, "free_days", id), Optional(row, "first_day_up_ppm", id), Optional(row, "first_day_down_ppm", id)),
            "lot" => new LotRule(id, boards, from, source, confidence, Number(row, "minimum", id), Number(row, "step", id)),
            "tick" => new TickRule(id, boards, from, source, confidence, Price.Parse(Text(row, "tick", id))),
            "settlement" => new SettlementRule(id, boards, from, source, confidence, Days(row, "share_days", id), row.TryGetProperty("cash_days", out _) ? Days(row, "cash_days", id) : 0),
            "stamp_duty" => new StampDutyRule(
                id, boards, from, source, confidence, Number(row, "buy_ppm", id), Number(row, "sell_ppm", id)),
            "transfer_fee" => new TransferFeeRule(
                id, boards, from, source, confidence, Number(row, "rate_ppm", id), OptionalMoney(row, "per_thousand_shares"), OptionalText(row, "exchange")),
            "dividend_tax" => new DividendTaxRule(
                id, boards, from, source, confidence, Number(row, "month_ppm", id), Number(row, "year_ppm", id), Number(row, "longer_ppm", id)),
            "fee_rounding" => new FeeRoundingRule(id, boards, from, source, confidence, Money.Parse(Text(row, "increment", id))),
            string kind => throw new FormatException($"Rule \"{id}\": unknown kind \"{kind}\"."),
        };
    }

    private static Board ParseBoard(JsonElement board, string id) =>
        Enum.TryParse(board.GetString(), ignoreCase: true, out Board parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw new FormatException($"Rule \"{id}\": unknown board \"{board}\".");

    private static JsonElement Field(JsonElement row, string name, string id) => row.TryGetProperty(name, out JsonElement value)
        ? value
        : throw new FormatException($"Rule \"{id}\" lacks the field \"{name}\".");

    private static string Text(JsonElement row, string name, string id) => Field(row, name, id).GetString()
        ?? throw new FormatException($"Rule \"{id}\": \"{name}\" is null.");

    private static string? OptionalText(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static Money OptionalMoney(JsonElement row, string name) => OptionalText(row, name) is { } text ? Money.Parse(text) : Money.Zero;

    private static long? Optional(JsonElement row, string name, string id) => row.TryGetProperty(name, out _) ? Number(row, name, id) : null;

    private static int Days(JsonElement row, string name, string id) => Number(row, name, id) is <= Instrument.SettlementDaysMax and var days
        ? (int)days
        : throw new FormatException($"Rule \"{id}\": \"{name}\" must be 0 to {Instrument.SettlementDaysMax}.");

    private static long Number(JsonElement row, string name, string id) => Field(row, name, id).TryGetInt64(out long value) && value >= 0
        ? value
        : throw new FormatException($"Rule \"{id}\": \"{name}\" is not a whole number of at least 0.");
}
