using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;

namespace EasyQuant.WorkflowService.Grpc;

/// <summary>JSON values of the wire. Recursion is bounded by the protobuf parser, which refuses more than 100 levels.</summary>
internal static class ValueCodec
{
    public static Dictionary<string, JsonNode?> ToJson(Struct values) =>
        values.Fields.ToDictionary(field => field.Key, field => ToJson(field.Value), StringComparer.Ordinal);

    public static JsonNode? ToJson(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.NumberValue => JsonValue.Create(value.NumberValue),
        Value.KindOneofCase.StringValue => JsonValue.Create(value.StringValue),
        Value.KindOneofCase.BoolValue => JsonValue.Create(value.BoolValue),
        Value.KindOneofCase.StructValue => new JsonObject(
            value.StructValue.Fields.Select(field => KeyValuePair.Create(field.Key, ToJson(field.Value)))),
        Value.KindOneofCase.ListValue => new JsonArray([.. value.ListValue.Values.Select(ToJson)]),
        _ => null,
    };

    /// <summary>Writes an object with sorted names, so that equal objects have equal text.</summary>
    public static void WriteSorted(Utf8JsonWriter json, Struct? values)
    {
        json.WriteStartObject();
        foreach ((string name, Value value) in (values?.Fields ?? []).OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            WriteSorted(json, value);
        }

        json.WriteEndObject();
    }

    private static void WriteSorted(Utf8JsonWriter json, Value value)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.NumberValue:
                // As text: JSON has no form for NaN and infinity.
                json.WriteStringValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"n{value.NumberValue:R}"));
                break;
            case Value.KindOneofCase.StringValue:
                json.WriteStringValue($"s{value.StringValue}");
                break;
            case Value.KindOneofCase.BoolValue:
                json.WriteBooleanValue(value.BoolValue);
                break;
            case Value.KindOneofCase.StructValue:
                WriteSorted(json, value.StructValue);
                break;
            case Value.KindOneofCase.ListValue:
                json.WriteStartArray();
                foreach (Value item in value.ListValue.Values)
                {
                    WriteSorted(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
