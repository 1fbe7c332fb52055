using System.Text.Json.Nodes;
using EasyQuant.Gateway.Rest;
using Google.Protobuf.Reflection;

namespace EasyQuant.Gateway.OpenApi;

/// <summary>JSON Schemas (2020-12) of proto messages and enums in their JSON form. Collects what it refers to; not thread-safe.</summary>
/// <param name="comments">Descriptions.</param>
internal sealed class OpenApiSchemas(ProtoComments comments)
{
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);

    /// <summary>Everything that was referred to, by full name.</summary>
    public JsonObject Components => new(_components.Select(c => KeyValuePair.Create<string, JsonNode?>(c.Key, c.Value)));

    /// <summary>Returns a reference to a message and collects it.</summary>
    /// <param name="message">The message.</param>
    /// <returns>A schema with <c>$ref</c>, or the inline schema of a well-known type.</returns>
    public JsonObject Of(MessageDescriptor message)
    {
        if (WellKnown(message) is { } known)
        {
            return known;
        }

        if (!_components.ContainsKey(message.FullName))
        {
            var schema = new JsonObject { ["type"] = "object" };
            _components[message.FullName] = schema; // Before its fields: they may refer to it.
            Describe(schema, comments.Of(message.FullName));
            var properties = new JsonObject();
            foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
            {
                properties[field.JsonName] = Of(field);
            }

            schema["properties"] = properties;
            schema["additionalProperties"] = false;
        }

        return Reference(message.FullName);
    }

    /// <summary>Returns the schema of a field with its description.</summary>
    /// <param name="field">The field.</param>
    /// <returns>The schema.</returns>
    public JsonObject Of(FieldDescriptor field)
    {
        JsonObject schema;
        if (field.IsMap)
        {
            schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = Single(field.MessageType.FindFieldByNumber(2)) };
        }
        else
        {
            schema = field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = Single(field) } : Single(field);
        }

        Describe(schema, comments.Of(field.FullName));
        return schema;
    }

    private JsonObject Single(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Bool => Type("boolean"),
        FieldType.String => Type("string"),
        FieldType.Bytes => Type("string", "byte"),
        FieldType.Double => Type("number", "double"),
        FieldType.Float => Type("number", "float"),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Type("integer", "int32"),
        FieldType.UInt32 or FieldType.Fixed32 => Type("integer", "uint32"),
        // 64-bit integers are strings in proto JSON, because JavaScript cannot hold them.
        FieldType.UInt64 or FieldType.Fixed64 => Type("string", "uint64"),
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => Type("string", "int64"),
        FieldType.Enum => Of(field.EnumType),
        _ => Of(field.MessageType),
    };

    private JsonObject Of(EnumDescriptor type)
    {
        if (!_components.ContainsKey(type.FullName))
        {
            var schema = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. type.Values.Select(v => (JsonNode)v.Name)]) };
            IEnumerable<string> values = type.Values.Select(v => $"- `{v.Name}`: {comments.Of($"{type.FullName}.{v.Name}")}");
            Describe(schema, $"{comments.Of(type.FullName)}\n{string.Join('\n', values)}".Trim());
            _components[type.FullName] = schema;
        }

        return Reference(type.FullName);
    }

    private JsonObject? WellKnown(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => Type("string", "date-time"),
        "google.protobuf.Duration" => new JsonObject { ["type"] = "string", ["pattern"] = "^-?[0-9]+(\\.[0-9]{1,9})?s$" },
        "google.protobuf.FieldMask" => Type("string"),
        "google.protobuf.Struct" or "google.protobuf.Any" => new JsonObject { ["type"] = "object", ["additionalProperties"] = true },
        "google.protobuf.ListValue" => new JsonObject { ["type"] = "array", ["items"] = new JsonObject() },
        "google.protobuf.Value" => [],
        _ when FieldText.IsWrapper(message) => Single(message.FindFieldByNumber(1)),
        _ => null,
    };

    private static void Describe(JsonObject schema, string text)
    {
        if (text.Length > 0)
        {
            schema["description"] = text;
        }
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    private static JsonObject Type(string type, string? format = null)
    {
        var schema = new JsonObject { ["type"] = type };
        if (format is not null)
        {
            schema["format"] = format;
        }

        return schema;
    }
}
