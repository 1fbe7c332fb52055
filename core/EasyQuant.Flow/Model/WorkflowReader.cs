using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Turns a JSON document into a definition and notes every error on the way.</summary>
internal sealed class WorkflowReader
{
    private const double IntegerMax = 9_007_199_254_740_992;
    private const string SchemaPrefix = "easyquant/workflow/";

    public List<FlowError> Errors { get; } = [];

    public WorkflowDefinition? Read(JsonNode? document)
    {
        if (document is not JsonObject root)
        {
            Add("WORKFLOW_JSON_MALFORMED", "", $"Expected an object, got {SchemaValidator.TypeOf(document)}.");
            return null;
        }

        if (!CheckSchema(root))
        {
            return null;
        }

        CheckFields(root, "", "schema", "name", "title", "description", "inputs", "outputs", "nodes", "edges");
        return new WorkflowDefinition
        {
            Name = Text(root, "", "name", required: true),
            Title = Localized(root, "", "title"),
            Description = Localized(root, "", "description"),
            Inputs = List(root, "inputs", FlowLimits.PortsMax, ReadInput),
            Outputs = List(root, "outputs", FlowLimits.PortsMax, ReadOutput),
            Nodes = List(root, "nodes", FlowLimits.NodesMax, ReadNode),
            Edges = List(root, "edges", FlowLimits.EdgesMax, ReadEdge),
        };
    }

    private bool CheckSchema(JsonObject root)
    {
        if (root["schema"] is not JsonValue value || !value.TryGetValue(out string? schema))
        {
            Add("WORKFLOW_JSON_MALFORMED", "/schema", $"Expected \"{WorkflowJson.Schema}\".");
            return false;
        }

        if (schema == WorkflowJson.Schema)
        {
            return true;
        }

        bool isNewer = schema.StartsWith(SchemaPrefix, StringComparison.Ordinal)
            && int.TryParse(schema.AsSpan(SchemaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int version)
            && version > WorkflowJson.Version;
        Add(
            isNewer ? "SCHEMA_TOO_NEW" : "WORKFLOW_JSON_MALFORMED",
            "/schema",
            isNewer
                ? $"This workflow has the format \"{schema}\"; this installation reads up to \"{WorkflowJson.Schema}\". Upgrade EasyQuant.Aspire (services and eq) to open it."
                : $"Expected \"{WorkflowJson.Schema}\", got \"{schema}\".");
        return false;
    }

    private WorkflowInput ReadInput(JsonObject input, string pointer)
    {
        CheckFields(input, pointer, "name", "type", "default", "required", "title");
        bool hasDefault = input.TryGetPropertyValue("default", out JsonNode? value);
        CheckNumbers(value, $"{pointer}/default");
        string type = Text(input, pointer, "type", required: false);
        return new WorkflowInput
        {
            Name = Text(input, pointer, "name", required: true),
            Type = type.Length == 0 ? "any" : type,
            HasDefault = hasDefault,
            Default = value,
            Required = Flag(input, pointer, "required"),
            Title = Localized(input, pointer, "title"),
        };
    }

    private WorkflowOutput ReadOutput(JsonObject output, string pointer)
    {
        CheckFields(output, pointer, "name", "from");
        return new WorkflowOutput(Text(output, pointer, "name", required: true), Text(output, pointer, "from", required: true));
    }

    private WorkflowEdge ReadEdge(JsonObject edge, string pointer)
    {
        CheckFields(edge, pointer, "from", "to");
        return new WorkflowEdge(Text(edge, pointer, "from", required: true), Text(edge, pointer, "to", required: true));
    }

    private WorkflowNode ReadNode(JsonObject node, string pointer)
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

    private NodePosition ReadPosition(JsonObject position, string pointer)
    {
        CheckFields(position, pointer, "x", "y");
        return new NodePosition(Number(position, pointer, "x") ?? 0, Number(position, pointer, "y") ?? 0);
    }

    private RetryPolicy ReadRetry(JsonObject retry, string pointer)
    {
        CheckFields(retry, pointer, "maxAttempts", "delay", "backoff", "maxDelay", "transientOnly");
        var usual = new RetryPolicy();
        double attempts = Number(retry, pointer, "maxAttempts") ?? usual.MaxAttempts;
        if (Math.Floor(attempts) != attempts || Math.Abs(attempts) > int.MaxValue)
        {
            Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/maxAttempts", "Expected an integer.");
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

    private List<T> List<T>(JsonObject root, string name, int countMax, Func<JsonObject, string, T> read)
    {
        var result = new List<T>();
        switch (root[name])
        {
            case null:
                break;
            case JsonArray array when array.Count > countMax:
                Add("LIMIT_EXCEEDED", $"/{name}", $"A workflow may have {countMax} {name}, this one has {array.Count}.");
                break;
            case JsonArray array:
                for (int i = 0; i < array.Count && Errors.Count < FlowLimits.ErrorsMax; i++)
                {
                    if (array[i] is JsonObject item)
                    {
                        result.Add(read(item, $"/{name}/{i}"));
                    }
                    else
                    {
                        Add("WORKFLOW_JSON_MALFORMED", $"/{name}/{i}", $"Expected an object, got {SchemaValidator.TypeOf(array[i])}.");
                    }
                }

                break;
            default:
                Add("WORKFLOW_JSON_MALFORMED", $"/{name}", $"Expected an array, got {SchemaValidator.TypeOf(root[name])}.");
                break;
        }

        return result;
    }

    private void CheckFields(JsonObject obj, string pointer, params ReadOnlySpan<string> known)
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
    private void CheckNumbers(JsonNode? value, string pointer)
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

    private string Text(JsonObject obj, string pointer, string name, bool required)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.TryGetValue(out string? text))
        {
            return text;
        }

        if (required || value is not null)
        {
            Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/{name}", $"Expected a text, got {(obj.ContainsKey(name) ? SchemaValidator.TypeOf(value) : "nothing")}.");
        }

        return "";
    }

    private bool Flag(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.TryGetValue(out bool flag))
        {
            return flag;
        }

        if (value is not null)
        {
            Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/{name}", $"Expected true or false, got {SchemaValidator.TypeOf(value)}.");
        }

        return false;
    }

    private double? Number(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is JsonValue plain && plain.GetValueKind() == JsonValueKind.Number && double.IsFinite(SchemaValidator.AsDouble(plain)))
        {
            return SchemaValidator.AsDouble(plain);
        }

        if (value is not null)
        {
            Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/{name}", $"Expected a finite number, got {SchemaValidator.TypeOf(value)}.");
        }

        return null;
    }

    private TimeSpan? Duration(JsonObject obj, string pointer, string name)
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

        Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/{name}", $"Expected seconds as text, for example \"1.5s\", got {value.ToJsonString()}.");
        return null;
    }

    private JsonObject? Child(JsonObject obj, string pointer, string name)
    {
        JsonNode? value = obj[name];
        if (value is not null and not JsonObject)
        {
            Add("WORKFLOW_JSON_MALFORMED", $"{pointer}/{name}", $"Expected an object, got {SchemaValidator.TypeOf(value)}.");
        }

        return value as JsonObject;
    }

    private LocalizedText? Localized(JsonObject obj, string pointer, string name)
    {
        if (Child(obj, pointer, name) is not { } text)
        {
            return null;
        }

        CheckFields(text, $"{pointer}/{name}", "en", "zh");
        return new LocalizedText(Text(text, $"{pointer}/{name}", "en", required: false), Text(text, $"{pointer}/{name}", "zh", required: false));
    }

    private void Add(string reason, string pointer, string message)
    {
        if (Errors.Count < FlowLimits.ErrorsMax)
        {
            Errors.Add(new FlowError(reason, null, pointer, message));
        }
    }
}
