using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>What the readers of definitions share: fields of an object, nodes, and every error noted with its place.</summary>
internal abstract class DefinitionReader(string malformed, string noun)
{
    private const double IntegerMax = 9_007_199_254_740_992;

    public List<FlowError> Errors { get; } = [];

    /// <summary>Checks the field <c>schema</c>: the prefix with the version that this program reads; a newer one is refused with what to do.</summary>
    protected bool CheckSchema(JsonObject root, string prefix, int readVersion)
    {
        string expected = string.Create(CultureInfo.InvariantCulture, $"{prefix}{readVersion}");
        if (root["schema"] is not JsonValue value || !value.TryGetValue(out string? schema))
        {
            Add(malformed, "/schema", $"Expected \"{expected}\".");
            return false;
        }

        if (schema == expected)
        {
            return true;
        }

        bool isNewer = schema.StartsWith(prefix, StringComparison.Ordinal)
            && int.TryParse(schema.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            && version > readVersion;
        Add(
            isNewer ? "SCHEMA_TOO_NEW" : malformed,
            "/schema",
            isNewer
                ? $"This {noun} has the format \"{schema}\"; this installation reads up to \"{expected}\". Upgrade EasyQuant.Aspire (services and eq) to open it."
                : $"Expected \"{expected}\", got \"{schema}\".");
        return false;
    }

    protected WorkflowNode ReadNode(JsonObject node, string pointer)
    {
        CheckFields(node, pointer, "id", "type", "params", "position", "retry", "timeout", "notes");
        JsonObject? parameters = Child(node, pointer, "params");
        CheckNumbers(parameters, $"{pointer}/params");
        return new WorkflowNode
        {
            Id = Text(node, pointer, "id", required: true),
            Type = Text(node, pointer, "type", required: true),
            Params = parameters ?? [],
            Position = Child(node, pointer, "position") is { } position ? ReadPosition(position, $"{pointer}/position") : null,
            Retry = Child(node, pointer, "retry") is { } retry ? ReadRetry(retry, $"{pointer}/retry") : null,
            Timeout = Duration(node, pointer, "timeout"),
            Notes = Text(node, pointer, "notes", required: false),
        };
    }

    protected NodePosition ReadPosition(JsonObject position, string pointer)
    {
        CheckFields(position, pointer, "x", "y");
        return new NodePosition(Number(position, pointer, "x") ?? 0, Number(position, pointer, "y") ?? 0);
    }

    protected RetryPolicy ReadRetry(JsonObject retry, string pointer)
    {
        CheckFields(retry, pointer, "maxAttempts", "delay", "backoff", "maxDelay", "transientOnly");
        var usual = new RetryPolicy();
        double attempts = Number(retry, pointer, "maxAttempts") ?? usual.MaxAttempts;
        if (Math.Floor(attempts) != attempts || Math.Abs(attempts) > int.MaxValue)
        {
            Add(malformed, $"{pointer}/maxAttempts", "Expected an integer.");
            attempts = usual.MaxAttempts;
        }

        return new RetryPolicy
        {
            MaxAttempts = (int)attempts,
            Delay = Duration(retry, pointer, "delay") ?? usual.Delay,
            Backoff = Number(retry, pointer, "backoff") ?? usual.Backoff,
            MaxDelay = Duration(retry, pointer, "maxDelay") ?? usual.MaxDelay,
            TransientOnly = Flag(retry, pointer, "transientOnly"),
        };
    }

    protected List<T> List<T>(JsonObject root, string name, int countMax, Func<JsonObject, string, T> read) => List(root, "", name, countMax, read);

    protected List<T> List<T>(JsonObject root, string pointer, string name, int countMax, Func<JsonObject, string, T> read)
    {
        var result = new List<T>();
        switch (root[name])
        {
            case null:
                break;
            case JsonArray array when array.Count > countMax:
                Add("LIMIT_EXCEEDED", $"{pointer}/{name}", $"A {noun} may have {countMax} {name}, this one has {array.Count}.");
                break;
            case JsonArray array:
                for (int i = 0; i < array.Count && Errors.Count < FlowLimits.ErrorsMax; i++)
                {
                    if (array[i] is JsonObject item)
                    {
                        result.Add(read(item, $"{pointer}/{name}/{i}"));
                    }
                    else
                    {
                        Add(malformed, $"{pointer}/{name}/{i}", $"Expected an object, got {SchemaValidator.TypeOf(array[i])}.");
                    }
                }

                break;
            default:
                Add(malformed, $"{pointer}/{name}", $"Expected an array, got {SchemaValidator.TypeOf(root[name])}.");
                break;
        }

        return result;
    }

    protected void CheckFields(JsonObject obj, string pointer, params ReadOnlySpan<string> known)
    {
        foreach ((string name, _) in obj)
        {
            if (!known.Contains(name))
            {
                Add("UNKNOWN_FIELD", $"{pointer}/{JsonPointer.Escape(name)}", $"There is no field '{name}' here; known: {string.Join(", ", known!)}.");
            }
        }
    }

    // Depth is bounded by the parser.
    protected void CheckNumbers(JsonNode? value, string pointer)
    {
        switch (value)
        {
            case JsonObject obj:
                foreach ((string name, JsonNode? member) in obj)
                {
                    CheckNumbers(member, $"{pointer}/{JsonPointer.Escape(name)}");
                }

                break;
            case JsonArray array:
                for (int i = 0; i < array.Count; i++)
                {
                    CheckNumbers(array[i], $"{pointer}/{i}");
                }

                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                double parsed = SchemaValidator.AsDouble(number);
                // Read as an integer too: 2^53 + 1 is 2^53 as a double.
                bool isTooLong = number.TryGetValue(out long whole) && whole is > (long)IntegerMax or < -(long)IntegerMax;
                if (isTooLong || !double.IsFinite(parsed) || (Math.Floor(parsed) == parsed && Math.Abs(parsed) > IntegerMax))
                {
                    Add("LIMIT_EXCEEDED", pointer, $"Integers go up to 2^53; write {number.ToJsonString()} as a text.");
                }

                break;
            default:
                break;
        }
    }

    protected string Text(JsonObject obj, string pointer, string name, bool required)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.TryGetValue(out string? text))
        {
            return text;
        }

        if (required || value is not null)
        {
            Add(malformed, $"{pointer}/{name}", $"Expected a text, got {(obj.ContainsKey(name) ? SchemaValidator.TypeOf(value) : "nothing")}.");
        }

        return "";
    }

    protected bool Flag(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.TryGetValue(out bool flag))
        {
            return flag;
        }

        if (value is not null)
        {
            Add(malformed, $"{pointer}/{name}", $"Expected true or false, got {SchemaValidator.TypeOf(value)}.");
        }

        return false;
    }

    protected double? Number(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.GetValueKind() == JsonValueKind.Number && double.IsFinite(SchemaValidator.AsDouble(plain)))
        {
            return SchemaValidator.AsDouble(plain);
        }

        if (value is not null)
        {
            Add(malformed, $"{pointer}/{name}", $"Expected a finite number, got {SchemaValidator.TypeOf(value)}.");
        }

        return null;
    }

    protected TimeSpan? Duration(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is null)
        {
            return null;
        }

        if (value is JsonValue plain && plain.TryGetValue(out string? text) && DurationText.TryParse(text, out TimeSpan duration))
        {
            return duration;
        }

        Add(malformed, $"{pointer}/{name}", $"Expected seconds as text, for example \"1.5s\", got {value.ToJsonString()}.");
        return null;
    }

    protected JsonObject? Child(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is not null and not JsonObject)
        {
            Add(malformed, $"{pointer}/{name}", $"Expected an object, got {SchemaValidator.TypeOf(value)}.");
        }

        return value as JsonObject;
    }

    protected LocalizedText? Localized(JsonObject obj, string pointer, string name)
    {
        if (Child(obj, pointer, name) is not { } text)
        {
            return null;
        }

        CheckFields(text, $"{pointer}/{name}", "en", "zh");
        return new LocalizedText(Text(text, $"{pointer}/{name}", "en", required: false), Text(text, $"{pointer}/{name}", "zh", required: false));
    }

    protected void Add(string reason, string pointer, string message)
    {
        if (Errors.Count < FlowLimits.ErrorsMax)
        {
            Errors.Add(new FlowError(reason, null, pointer, message));
        }
    }
}
