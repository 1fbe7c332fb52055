using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.EndToEnd.Samples;

/// <summary>Compares the outputs of a sample with what <c>samples/expected</c> says.</summary>
public static class ExpectedNumbers
{
    // Powers and roots may differ in the last bits between machines.
    private const double Tolerance = 1e-12;

    /// <summary>Checks outputs by name: JSON values, and tables as arrays of row objects.</summary>
    public static void Check(string sample, JsonObject outputs)
    {
        JsonObject expected = JsonNode.Parse(File.ReadAllText(Repository.PathOf("samples", "expected", sample + ".json")))!.AsObject();
        AssertSame(sample + "/summary", expected["summary"], outputs["summary"]);
        if (sample == "daily-pipeline")
        {
            AssertSame("quality", expected["quality"], outputs["quality"]);
            AssertSame("top", expected["scores"]!["top"], outputs["top"]);
            CheckTable("scores", expected["scores"]!, outputs["scores"]!.AsArray());
            return;
        }

        AssertSame("top", expected["metrics"]!["top"], outputs["top"]);
        CheckTable("metrics", expected["metrics"]!, outputs["metrics"]!.AsArray());
        JsonArray equity = outputs["equity"]!.AsArray();
        Assert.Equal((int)expected["equity"]!["row_count"]!, equity.Count);
        Assert.Equal((string)expected["equity"]!["last_date"]!, (string)equity[^1]!["trading_date"]!);
        AssertSame("equity", Loose(expected["equity"]!["last_equity"]), Loose(equity[^1]!["equity"]));
    }

    /// <summary>Brings outputs of any interface into one form: rows by name, every number and decimal as its shortest text.</summary>
    public static string Canonical(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject members => "{" + string.Join(',', members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"{m.Key}:{Canonical(m.Value)}")) + "}",
        JsonArray items => "[" + string.Join(",\n", items.Select(Canonical)) + "]",
        JsonValue number when number.GetValueKind() == JsonValueKind.Number => Number(number).ToString("R", CultureInfo.InvariantCulture),
        JsonValue text when text.TryGetValue(out string? digits) && digits.Contains('.', StringComparison.Ordinal)
            && decimal.TryParse(digits, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal exact) =>
            "\"" + exact.ToString("0.##################", CultureInfo.InvariantCulture) + "\"",
        _ => value.ToJsonString(),
    };

    private static void CheckTable(string name, JsonNode expected, JsonArray rows)
    {
        Assert.Equal((int)expected["row_count"]!, rows.Count);
        JsonArray top = expected["top"]!.AsArray();
        for (int i = 0; i < top.Count; i++)
        {
            foreach ((string column, JsonNode? value) in top[i]!.AsObject())
            {
                AssertSame($"{name}[{i}].{column}", Loose(value), Loose(rows[i]![column]));
            }
        }
    }

    // A table writes a decimal with all its places, the summary of its first rows may not.
    private static JsonNode? Loose(JsonNode? value) =>
        value is JsonValue text && text.TryGetValue(out string? digits) && decimal.TryParse(digits, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)
            ? JsonValue.Create((double)number)
            : value;

    private static void AssertSame(string where, JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members)
                {
                    AssertSame($"{where}/{name}", value, actual?[name]);
                }

                break;
            case JsonArray items:
                JsonArray others = Assert.IsType<JsonArray>(actual);
                Assert.True(others.Count == items.Count, $"{where}: expected {items.Count} items, got {others.ToJsonString()}");
                for (int i = 0; i < items.Count; i++)
                {
                    AssertSame($"{where}/{i}", items[i], others[i]);
                }

                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                Assert.True(
                    actual?.GetValueKind() == JsonValueKind.Number && Math.Abs(Number(number) - Number(actual)) <= Tolerance * Math.Abs(Number(number)),
                    $"{where}: expected {number.ToJsonString()}, got {actual?.ToJsonString()}");
                break;
            default:
                Assert.True(expected?.ToJsonString() == actual?.ToJsonString(), $"{where}: expected {expected?.ToJsonString()}, got {actual?.ToJsonString()}");
                break;
        }
    }

    private static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
