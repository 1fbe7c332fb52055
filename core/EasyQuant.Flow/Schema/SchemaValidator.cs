using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace EasyQuant.Flow;

/// <summary>
/// Checks a JSON value against a schema made by <see cref="ParameterSchema"/>; it knows exactly those keywords. Reports every breach at once. Reasons:
/// <c>MISSING_PARAMETER</c>, <c>UNKNOWN_PARAMETER</c>, <c>PARAMETER_TYPE</c>, <c>PARAMETER_OUT_OF_RANGE</c>, <c>EXPRESSION_INVALID</c>. Thread-safe.
/// </summary>
public static class SchemaValidator
{
    private static readonly ConcurrentDictionary<string, Regex> s_patterns = new(StringComparer.Ordinal);

    private static readonly HashSet<string> s_keywords = new(StringComparer.Ordinal)
    {
        "type", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "required", "properties", "additionalProperties",
        "items", "minItems", "maxItems", "default", "title", "description", "x-i18n", "x-template", "x-workflow", "x-secrets",
    };

    /// <summary>Checks a value.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="value">The value; null is JSON null.</param>
    /// <param name="pointer">JSON pointer of the value, put in front of every pointer reported.</param>
    /// <param name="nodeId">Node named in the errors, or null.</param>
    /// <param name="allowExpressions">True before expressions are evaluated: a text that is one expression may become any type.</param>
    /// <param name="errors">Receives the breaches.</param>
    public static void Validate(
        JsonObject schema, JsonNode? value, string pointer, string? nodeId, bool allowExpressions, ICollection<FlowError> errors) =>
        Check(schema, value, new Place(nodeId, allowExpressions, errors), pointer);

    /// <summary>Throws when a schema uses a keyword that is not checked here.</summary>
    /// <exception cref="NotSupportedException">Names the keyword and where it stands.</exception>
    public static void CheckSupported(JsonObject schema, string name)
    {
        foreach ((string keyword, JsonNode? part) in schema)
        {
            if (!s_keywords.Contains(keyword))
            {
                throw new NotSupportedException($"{name}: the schema keyword '{keyword}' is not supported.");
            }

            if (keyword == "properties")
            {
                foreach ((string property, JsonNode? child) in (JsonObject)part!)
                {
                    CheckSupported(child as JsonObject ?? [], $"{name}.{property}");
                }
            }
            else if (keyword is "items" or "additionalProperties" && part is JsonObject inner)
            {
                CheckSupported(inner, $"{name}.{keyword}");
            }
        }
    }

    private static void Check(JsonObject schema, JsonNode? value, Place place, string pointer)
    {
        if (place.AllowExpressions && value is JsonValue candidate && candidate.TryGetValue(out string? source) && TextTemplate.HasMarker(source))
        {
            if (!TextTemplate.TryParse(source, out TextTemplate? template, out string? problem))
            {
                place.Add("EXPRESSION_INVALID", pointer, problem + ".");
                return;
            }

            if (!template!.IsConstant)
            {
                if (!template.IsSingle && !AllowsType(schema, "string"))
                {
                    place.Add("PARAMETER_TYPE", pointer, $"Expected {Expected(schema)}, got a text with expressions.");
                }

                return;
            }

            value = JsonValue.Create(template.Constant);
        }

        string type = TypeOf(value);
        if (!AllowsType(schema, type))
        {
            place.Add("PARAMETER_TYPE", pointer, $"Expected {Expected(schema)}, got {Show(value, type)}.");
            return;
        }

        if (schema["enum"] is JsonArray choices && value is not null && !choices.Any(c => JsonNode.DeepEquals(c, value)))
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected one of {string.Join(", ", choices.Where(c => c is not null).Select(c => c!.ToString()))}, got {Show(value, type)}.");
        }

        switch (value)
        {
            case JsonObject obj:
                CheckObject(schema, obj, place, pointer);
                break;
            case JsonArray array:
                CheckArray(schema, array, place, pointer);
                break;
            case JsonValue plain when type == "string":
                CheckText(schema, plain.GetValue<string>(), place, pointer);
                break;
            case JsonValue plain when type is "integer" or "number":
                CheckNumber(schema, plain, place, pointer);
                break;
            default:
                break;
        }
    }

    private static void CheckObject(JsonObject schema, JsonObject value, Place place, string pointer)
    {
        var properties = schema["properties"] as JsonObject;
        if (schema["required"] is JsonArray required)
        {
            foreach (JsonNode? name in required)
            {
                string key = name!.GetValue<string>();
                if (!value.ContainsKey(key))
                {
                    place.Add("MISSING_PARAMETER", $"{pointer}/{JsonPointer.Escape(key)}", $"'{key}' is required.");
                }
            }
        }

        JsonNode? additional = schema["additionalProperties"];
        bool closed = additional is JsonValue flag && flag.TryGetValue(out bool allowed) && !allowed;
        foreach ((string name, JsonNode? member) in value)
        {
            string at = $"{pointer}/{JsonPointer.Escape(name)}";
            if (properties is not null && properties.TryGetPropertyValue(name, out JsonNode? child))
            {
                if (child is JsonObject childSchema)
                {
                    CheckProperty(childSchema, member, place, at);
                }
            }
            else if (closed)
            {
                string known = properties is { Count: > 0 } ? string.Join(", ", properties.Select(p => p.Key)) : "none";
                place.Add("UNKNOWN_PARAMETER", at, $"There is no parameter '{name}'; known: {known}.");
            }
            else if (additional is JsonObject additionalSchema)
            {
                Check(additionalSchema, member, place, at);
            }
        }
    }

    private static void CheckProperty(JsonObject schema, JsonNode? value, Place place, string pointer)
    {
        if (!schema.ContainsKey("x-template"))
        {
            Check(schema, value, place, pointer);
            return;
        }

        var problems = new List<(string Pointer, string Message)>();
        JsonTemplate.Compile(value, problems);
        foreach ((string below, string message) in problems)
        {
            place.Add("EXPRESSION_INVALID", pointer + below, message + ".");
        }

        foreach ((string name, string problem) in schema.ContainsKey("x-secrets") ? SecretReference.ProblemsOf(value) : [])
        {
            place.Add("PARAMETER_TYPE", $"{pointer}/{JsonPointer.Escape(name)}", $"Expected a text or a reference to a secret: {problem}.");
        }
    }

    private static void CheckArray(JsonObject schema, JsonArray value, Place place, string pointer)
    {
        if (Integer(schema, "minItems") is { } least && value.Count < least)
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at least {least} items, got {value.Count}.");
        }

        if (Integer(schema, "maxItems") is { } most && value.Count > most)
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at most {most} items, got {value.Count}.");
            return;
        }

        if (schema["items"] is JsonObject items)
        {
            for (int i = 0; i < value.Count; i++)
            {
                Check(items, value[i], place, $"{pointer}/{i}");
            }
        }
    }

    private static void CheckText(JsonObject schema, string value, Place place, string pointer)
    {
        if (Integer(schema, "minLength") is { } least && value.Length < least)
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at least {least} characters, got {value.Length}.");
        }

        if (Integer(schema, "maxLength") is { } most && value.Length > most)
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at most {most} characters, got {value.Length}.");
        }
        else if (schema["pattern"] is JsonValue pattern && !Pattern(pattern.GetValue<string>()).IsMatch(value))
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected a text that matches {pattern.GetValue<string>()}, got \"{Cut(value)}\".");
        }
    }

    private static void CheckNumber(JsonObject schema, JsonValue value, Place place, string pointer)
    {
        double number = AsDouble(value);
        if (schema["minimum"] is JsonValue minimum && number < AsDouble(minimum))
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at least {minimum.ToJsonString()}, got {value.ToJsonString()}.");
        }

        if (schema["maximum"] is JsonValue maximum && number > AsDouble(maximum))
        {
            place.Add("PARAMETER_OUT_OF_RANGE", pointer, $"Expected at most {maximum.ToJsonString()}, got {value.ToJsonString()}.");
        }
    }

    internal static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number => IsInteger(AsDouble(value)) ? "integer" : "number",
            _ => "null",
        },
    };

    internal static double AsDouble(JsonNode value) =>
        value is JsonValue plain && plain.TryGetValue(out double number)
            ? number
            : double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private static bool IsInteger(double value) => double.IsFinite(value) && Math.Floor(value) == value;

    private static bool AllowsType(JsonObject schema, string type)
    {
        if (!schema.TryGetPropertyValue("type", out JsonNode? allowed))
        {
            return true;
        }

        if (allowed is JsonArray several)
        {
            foreach (JsonNode? one in several)
            {
                if (Matches(one!.GetValue<string>(), type))
                {
                    return true;
                }
            }

            return false;
        }

        return Matches(allowed!.GetValue<string>(), type);
    }

    private static bool Matches(string allowed, string type) => allowed == type || (allowed == "number" && type == "integer");

    private static string Expected(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => string.Join(" or ", several.Select(t => t!.GetValue<string>())),
        JsonValue one => one.GetValue<string>(),
        _ => "a value",
    };

    private static string Show(JsonNode? value, string type) =>
        type is "object" or "array" or "null" ? type : $"{type} {Cut(value!.ToJsonString())}";

    private static string Cut(string text) => text.Length <= 80 ? text : text[..80] + "...";

    private static int? Integer(JsonObject schema, string keyword) =>
        schema.TryGetPropertyValue(keyword, out JsonNode? value) && value is not null ? (int)AsDouble(value) : null;

    private static Regex Pattern(string pattern) => s_patterns.GetOrAdd(
        pattern, static p => new Regex(p, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));

    private readonly record struct Place(string? NodeId, bool AllowExpressions, ICollection<FlowError> Errors)
    {
        public void Add(string reason, string pointer, string message) => Errors.Add(new FlowError(reason, NodeId, pointer, message));
    }
}
