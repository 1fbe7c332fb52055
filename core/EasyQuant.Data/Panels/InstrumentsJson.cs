using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Domain;

namespace EasyQuant.Data;

/// <summary>The text form of <c>instruments.json</c>, also accepted as an input file of facts (then without rows, lengths and checksums).</summary>
public static class InstrumentsJson
{
    /// <summary>Reads facts from a file such as <c>{"instruments":[{"symbol":"600000.SH","list_date":"1999-11-10"}]}</c>; unknown members are errors.</summary>
    /// <exception cref="PanelException"><c>PANEL_INPUT</c>: not such a file; the message names the symbol.</exception>
    public static IReadOnlyList<InstrumentFacts> ReadFacts(ReadOnlySpan<byte> json)
    {
        string symbol = "";
        try
        {
            var facts = new List<InstrumentFacts>();
            foreach (JsonNode? node in JsonNode.Parse(json)!.AsObject()["instruments"]!.AsArray())
            {
                symbol = PanelJson.Text(node!.AsObject(), "symbol");
                facts.Add(Facts(node.AsObject()));
            }

            return facts;
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new PanelException("PANEL_INPUT", $"The file of instruments cannot be read{(symbol.Length > 0 ? " at " + symbol : "")}: {e.Message}");
        }
    }

    internal static byte[] Write(IEnumerable<PanelInstrument> instruments) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject { ["instruments"] = new JsonArray([.. instruments.Select(Node)]) }, PanelJson.Indented);

    internal static ImmutableArray<PanelInstrument> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return [.. JsonNode.Parse(json)!.AsObject()["instruments"]!.AsArray().Select(n => Instrument(n!.AsObject()))];
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new PanelException("PANEL_DAMAGED", $"instruments.json cannot be read: {e.Message}");
        }
    }

    private static JsonNode Node(PanelInstrument instrument)
    {
        JsonObject node = Node(instrument.Facts);
        node["row"] = instrument.Row;
        node["length"] = instrument.Length;
        node["crc32c"] = new JsonObject(instrument.Checksums.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)PanelJson.Hex(c.Value))));
        return node;
    }

    private static JsonObject Node(InstrumentFacts facts)
    {
        var node = new JsonObject { ["symbol"] = facts.Symbol.ToString(), ["board"] = facts.Board.ToString() };
        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                node[name] = value;
            }
        }

        Add("name", facts.Name.Length > 0 ? facts.Name : null);
        Add("lot_size", facts.LotSize);
        Add("tick", facts.Tick);
        Add("list_date", facts.ListDate?.ToString("O"));
        Add("delist_date", facts.DelistDate?.ToString("O"));
        Add("special_treatment", Periods(facts.SpecialTreatment));
        Add("suspensions", Periods(facts.Suspensions));
        Add("currency", facts.Currency == "CNY" ? null : facts.Currency);
        Add("actions", facts.Actions.IsEmpty ? null : new JsonArray([.. facts.Actions.Select(ActionsJson.Write)]));
        Add("factors", facts.Factors.IsEmpty ? null : new JsonArray([.. facts.Factors.Select(Node)]));
        return node;
    }

    private static JsonNode Node(AdjustmentFactor factor)
    {
        var node = new JsonObject { ["ex_date"] = factor.ExDate.ToString("O"), ["multiplier"] = ScaledDecimal.FormatShort(factor.Multiplier, AdjustmentFactor.Scale) };
        if (factor.KnownFrom is { } known)
        {
            node["known_from"] = known.ToString("O");
        }

        return node;
    }

    private static JsonArray? Periods(ImmutableArray<DateRange> periods) => periods.IsEmpty
        ? null
        : new JsonArray([.. periods.Select(p => (JsonNode)new JsonObject { ["first"] = p.First.ToString("O"), ["last"] = p.Last == DateOnly.MaxValue ? null : p.Last.ToString("O") })]);

    private static PanelInstrument Instrument(JsonObject node)
    {
        InstrumentFacts facts = Facts(node);
        return new PanelInstrument
        {
            Symbol = facts.Symbol,
            Row = PanelJson.Whole(node, "row", int.MaxValue),
            Length = PanelJson.Whole(node, "length", int.MaxValue),
            Checksums = node["crc32c"]!.AsObject().ToImmutableSortedDictionary(c => c.Key, c => PanelJson.FromHex(c.Value!.GetValue<string>()), StringComparer.Ordinal),
            Facts = facts,
        };
    }

    private static InstrumentFacts Facts(JsonObject node)
    {
        Symbol symbol = Symbol.Parse(PanelJson.Text(node, "symbol"));
        InstrumentFacts facts = InstrumentFacts.Of(symbol);
        foreach ((string name, JsonNode? value) in node)
        {
            facts = name switch
            {
                "symbol" or "row" or "length" or "crc32c" => facts,
                "board" => facts with { Board = Enum.TryParse(value!.GetValue<string>(), out Board board) ? board : throw new FormatException($"board `{value}` is unknown") },
                "name" => facts with { Name = value!.GetValue<string>() },
                "lot_size" => facts with { LotSize = PanelJson.Whole(node, name, 1_000_000_000) },
                "tick" => facts with { Tick = value!.GetValue<long>() },
                "list_date" => facts with { ListDate = Date(value) },
                "delist_date" => facts with { DelistDate = Date(value) },
                "special_treatment" => facts with { SpecialTreatment = Periods(value!) },
                "suspensions" => facts with { Suspensions = Periods(value!) },
                "currency" => facts with { Currency = value!.GetValue<string>() },
                "actions" => facts with { Actions = [.. value!.AsArray().Select(a => ActionsJson.Read(symbol, a!.AsObject())).OrderBy(a => a.EffectiveDate)] },
                "factors" => facts with { Factors = [.. value!.AsArray().Select(f => Factor(f!.AsObject())).OrderBy(f => f.ExDate)] },
                _ => throw new FormatException($"member `{name}` is unknown"),
            };
        }

        return facts;
    }

    private static AdjustmentFactor Factor(JsonObject node) => new(
        Date(node["ex_date"]),
        ScaledDecimal.TryParse(PanelJson.Text(node, "multiplier"), AdjustmentFactor.Scale, out long units) && units > 0
            ? units
            : throw new FormatException($"multiplier `{node["multiplier"]}` is no decimal above 0 with at most {AdjustmentFactor.Scale} places"),
        node["known_from"] is { } known ? Date(known) : null);

    private static ImmutableArray<DateRange> Periods(JsonNode node)
    {
        DateRange[] periods = [.. node.AsArray().Select(p => new DateRange(Date(p!["first"]), p["last"] is { } last ? Date(last) : DateOnly.MaxValue)).OrderBy(p => p.First)];
        for (int i = 0; i < periods.Length; i++)
        {
            if (periods[i].Last < periods[i].First || (i > 0 && periods[i - 1].Last >= periods[i].First))
            {
                throw new FormatException($"the period from {periods[i].First:O} ends before it starts or overlaps the one before");
            }
        }

        return [.. periods];
    }

    private static DateOnly Date(JsonNode? node) => DateOnly.ParseExact(node!.GetValue<string>(), "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
