using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Data;

/// <summary>The text form of <c>manifest.json</c>. Unknown members of a newer writer of the same format are ignored.</summary>
internal static class PanelJson
{
    private const string Schema = "easyquant/panel/";

    internal static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static byte[] Write(PanelManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["schema"] = Schema + PanelManifest.FormatVersion.ToString(CultureInfo.InvariantCulture),
            ["dataset"] = manifest.Dataset,
            ["interval"] = manifest.Interval.ToString(),
            ["version"] = manifest.Version,
            ["price_scale"] = manifest.PriceScale,
            ["quantity_scale"] = manifest.QuantityScale,
            ["money_scale"] = manifest.MoneyScale,
            ["instrument_count"] = manifest.InstrumentCount,
            ["slot_count"] = manifest.SlotCount,
            ["stride"] = manifest.Stride,
            ["bar_count"] = manifest.BarCount,
            ["fields"] = new JsonArray([.. manifest.Fields.Select(f => (JsonNode)f)]),
            ["calendar_crc32c"] = Hex(manifest.CalendarChecksum),
            ["instruments_crc32c"] = Hex(manifest.InstrumentsChecksum),
        },
        Indented);

    public static PanelManifest ReadManifest(ReadOnlySpan<byte> json)
    {
        try
        {
            JsonObject root = JsonNode.Parse(json)!.AsObject();
            CheckSchema(Text(root, "schema"));
            return new PanelManifest
            {
                Dataset = Text(root, "dataset"),
                Interval = PanelInterval.TryParse(Text(root, "interval"), out PanelInterval interval) ? interval : throw new FormatException("interval"),
                Version = root["version"]!.GetValue<long>(),
                PriceScale = Whole(root, "price_scale", 8),
                QuantityScale = Whole(root, "quantity_scale", 8),
                MoneyScale = Whole(root, "money_scale", 8),
                InstrumentCount = Whole(root, "instrument_count", 10_000_000),
                SlotCount = Whole(root, "slot_count", int.MaxValue),
                Stride = Whole(root, "stride", PanelColumnFile.ElementsMax),
                BarCount = root["bar_count"]!.GetValue<long>(),
                Fields = [.. root["fields"]!.AsArray().Select(f => CheckField(f!.GetValue<string>()))],
                CalendarChecksum = FromHex(Text(root, "calendar_crc32c")),
                InstrumentsChecksum = FromHex(Text(root, "instruments_crc32c")),
            };
        }
        catch (Exception e) when (e is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw new PanelException("PANEL_DAMAGED", $"manifest.json cannot be read: {e.Message}");
        }
    }

    internal static string Hex(uint value) => value.ToString("x8", CultureInfo.InvariantCulture);

    internal static uint FromHex(string text) => uint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    internal static string Text(JsonObject root, string name) => root[name]!.GetValue<string>();

    internal static int Whole(JsonObject root, string name, int max)
    {
        int value = root[name]!.GetValue<int>();
        return value >= 0 && value <= max ? value : throw new FormatException($"{name} must be 0 to {max}, is {value}");
    }

    // A field is a file name: only known ones, so that a manifest cannot name a file elsewhere.
    private static string CheckField(string field) =>
        PanelFields.Required.Contains(field) || PanelFields.Optional.Contains(field) ? field : throw new FormatException($"field `{field}` is unknown");

    private static void CheckSchema(string schema)
    {
        if (!schema.StartsWith(Schema, StringComparison.Ordinal)
            || !int.TryParse(schema.AsSpan(Schema.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version) || version < 1)
        {
            throw new PanelException("PANEL_DAMAGED", $"manifest.json has schema `{schema}`, expected `{Schema}{PanelManifest.FormatVersion}`.");
        }

        if (version > PanelManifest.FormatVersion)
        {
            throw new PanelException("PANEL_VERSION", $"The panel has format {version}; this program reads up to {PanelManifest.FormatVersion}. Use a newer program.");
        }
    }
}
