using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.RunnerService.Grpc.Execution;

/// <summary>The one conversion point between JSON of the core and Struct of the wire.</summary>
internal static class WireJson
{
    /// <summary>Reads an object by way of its text, so that its numbers behave as in a file: any numeric type can be read from them.</summary>
    public static JsonObject ToJson(Struct? values) =>
        values is null || values.Fields.Count == 0 ? [] : (JsonObject)JsonNode.Parse(values.ToString())!;

    /// <summary>Writes a value. Integers beyond 2^53 lose digits, as the contract says; decimals are texts. Depth is bounded by the core.</summary>
    public static Value ToWire(JsonNode? value)
    {
        switch (value)
        {
            case null:
                return Value.ForNull();
            case JsonObject obj:
                return Value.ForStruct(ToStruct(obj));
            case JsonArray array:
                var list = new ListValue();
                foreach (JsonNode? item in array)
                {
                    list.Values.Add(ToWire(item));
                }

                return new Value { ListValue = list };
            default:
                return value.GetValueKind() switch
                {
                    JsonValueKind.String => Value.ForString(value.GetValue<string>()),
                    JsonValueKind.True => Value.ForBool(true),
                    JsonValueKind.False => Value.ForBool(false),
                    JsonValueKind.Number => Value.ForNumber(Number((JsonValue)value)),
                    _ => Value.ForNull(),
                };
        }
    }

    public static Struct ToStruct(JsonObject obj)
    {
        var result = new Struct();
        foreach ((string name, JsonNode? member) in obj)
        {
            result.Fields[name] = ToWire(member);
        }

        return result;
    }

    private static double Number(JsonValue value) => value.TryGetValue(out double number)
        ? number
        : double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
