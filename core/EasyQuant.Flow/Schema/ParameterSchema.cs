using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace EasyQuant.Flow;

/// <summary>
/// Makes the JSON Schema of a parameter record with <see cref="JsonSchemaExporter"/> and adds what our attributes say: bounds, lengths, choices, patterns,
/// titles in both languages. Keywords: <c>type, enum, minimum, maximum, minLength, maxLength, pattern, required, properties, additionalProperties,
/// items, minItems, maxItems, default</c>, for people <c>title, description, x-i18n</c>, for the runner <c>x-template, x-workflow, x-secrets</c>.
/// </summary>
public static class ParameterSchema
{
    /// <summary>Returns the schema of <typeparamref name="T"/>: an object that allows no unknown members.</summary>
    /// <exception cref="NotSupportedException">The record needs a keyword that our validator does not check.</exception>
    public static JsonObject For<T>()
    {
        var exporter = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
        JsonNode schema = ParameterJson.Options.GetJsonSchemaAsNode(typeof(T), exporter);
        if (schema is not JsonObject root)
        {
            throw new NotSupportedException($"{typeof(T).Name}: parameters must be a record.");
        }

        root.TryAdd("properties", new JsonObject());
        root["additionalProperties"] = false;
        AddDefaults<T>(root);
        SchemaValidator.CheckSupported(root, typeof(T).Name);
        return root;
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        JsonObject result = schema as JsonObject ?? [];
        if (Nullable.GetUnderlyingType(context.TypeInfo.Type) is { IsEnum: true } && !result.ContainsKey("type"))
        {
            result.Insert(0, "type", new JsonArray("string", "null"));
        }
        else if (context.TypeInfo.Type.IsEnum && !result.ContainsKey("type"))
        {
            result.Insert(0, "type", "string");
        }

        if (context.TypeInfo.Type == typeof(JsonTemplate))
        {
            result["x-template"] = true;
        }

        if (context.PropertyInfo is { AttributeProvider: { } property } info)
        {
            AddTexts(result, Attribute<TitleAttribute>(property, info), Attribute<HintAttribute>(property, info));
            AddLimits(result, property, info);
        }

        return result;
    }

    private static void AddTexts(JsonObject schema, TitleAttribute? title, HintAttribute? hint)
    {
        var i18n = new JsonObject();
        if (title is not null)
        {
            schema["title"] = title.En;
            i18n["title"] = new JsonObject { ["en"] = title.En, ["zh"] = title.Zh };
        }

        if (hint is not null)
        {
            schema["description"] = hint.En;
            i18n["description"] = new JsonObject { ["en"] = hint.En, ["zh"] = hint.Zh };
        }

        if (i18n.Count > 0)
        {
            schema["x-i18n"] = i18n;
        }
    }

    private static void AddLimits(JsonObject schema, ICustomAttributeProvider property, JsonPropertyInfo info)
    {
        if (Attribute<BoundsAttribute>(property, info) is { } bounds)
        {
            AddNumber(schema, "minimum", bounds.Minimum);
            AddNumber(schema, "maximum", bounds.Maximum);
        }

        if (Attribute<TextLengthAttribute>(property, info) is { } length)
        {
            schema["minLength"] = length.Minimum;
            schema["maxLength"] = length.Maximum;
        }

        if (Attribute<TextPatternAttribute>(property, info) is { } pattern)
        {
            schema["pattern"] = pattern.Pattern;
        }

        if (Attribute<ChoicesAttribute>(property, info) is { } choices)
        {
            schema["enum"] = new JsonArray([.. choices.Values.Select(v => (JsonNode)v)]);
        }

        if (Attribute<ItemCountAttribute>(property, info) is { } count)
        {
            schema["minItems"] = count.Minimum;
            schema["maxItems"] = count.Maximum;
        }

        if (Attribute<WorkflowReferenceAttribute>(property, info) is not null)
        {
            schema["x-workflow"] = true;
        }

        if (Attribute<SecretReferencesAttribute>(property, info) is not null)
        {
            schema["x-secrets"] = true;
        }
    }

    private static void AddNumber(JsonObject schema, string keyword, double value)
    {
        if (double.IsFinite(value))
        {
            schema[keyword] = value == Math.Floor(value) && Math.Abs(value) <= 9e15 ? JsonValue.Create((long)value) : JsonValue.Create(value);
        }
    }

    // An attribute on a positional record lands on the constructor parameter unless the author wrote "property:".
    private static T? Attribute<T>(ICustomAttributeProvider property, JsonPropertyInfo info)
        where T : Attribute
    {
        object[] found = property.GetCustomAttributes(typeof(T), inherit: true);
        if (found.Length == 0 && info.AssociatedParameter?.AttributeProvider is { } parameter)
        {
            found = parameter.GetCustomAttributes(typeof(T), inherit: true);
        }

        return found.Length > 0 ? (T)found[0] : null;
    }

    // The exporter knows defaults of constructor parameters only; those of initialisers are read from a fresh instance.
    private static void AddDefaults<T>(JsonObject schema)
    {
        if (typeof(T).GetConstructor(Type.EmptyTypes) is null || schema["properties"] is not JsonObject properties)
        {
            return;
        }

        object instance = Activator.CreateInstance(typeof(T))!;
        HashSet<string> required = schema["required"] is JsonArray names ? [.. names.Select(n => n!.GetValue<string>())] : [];
        foreach (JsonPropertyInfo property in ParameterJson.Options.GetTypeInfo(typeof(T)).Properties)
        {
            if (property.Get is not { } read || required.Contains(property.Name) || properties[property.Name] is not JsonObject target)
            {
                continue;
            }

            object? value = read(instance);
            if (value is not null and not JsonTemplate && !target.ContainsKey("default"))
            {
                target["default"] = JsonSerializer.SerializeToNode(value, property.PropertyType, ParameterJson.Options);
            }
        }
    }
}
