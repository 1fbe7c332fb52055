using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Writes the canonical form.</summary>
internal static class WorkflowWriter
{
    private const double IntegerMax = 9_007_199_254_740_992;

    public static byte[] Write(WorkflowDefinition definition, bool indented)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var buffer = new ArrayBufferWriter<byte>(1024);
        var options = new JsonWriterOptions
        {
            Indented = indented,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = FlowLimits.JsonDepthMax + 8,
        };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            Write(json, definition);
        }

        if (indented)
        {
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, WorkflowDefinition definition)
    {
        json.WriteStartObject();
        json.WriteString("schema", WorkflowJson.Schema);
        json.WriteString("name", definition.Name);
        WriteText(json, "title", definition.Title);
        WriteText(json, "description", definition.Description);
        WriteList(json, "inputs", definition.Inputs, WriteInput);
        WriteList(json, "outputs", definition.Outputs, static (j, output) =>
        {
            j.WriteString("name", output.Name);
            j.WriteString("from", output.From);
        });
        WriteList(json, "nodes", definition.Nodes, WriteNode);
        WriteList(json, "edges", definition.Edges, static (j, edge) =>
        {
            j.WriteString("from", edge.From);
            j.WriteString("to", edge.To);
        });
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, WorkflowInput input)
    {
        json.WriteString("name", input.Name);
        json.WriteString("type", input.Type);
        if (input.HasDefault)
        {
            json.WritePropertyName("default");
            WriteValue(json, input.Default);
        }

        if (input.Required)
        {
            json.WriteBoolean("required", true);
        }

        WriteText(json, "title", input.Title);
    }

    public static void WriteNode(Utf8JsonWriter json, WorkflowNode node)
    {
        json.WriteString("id", node.Id);
        json.WriteString("type", node.Type);
        json.WritePropertyName("params");
        WriteValue(json, node.Params);
        if (node.Position is { } position)
        {
            json.WriteStartObject("position");
            WriteNumber(json, "x", position.X);
            WriteNumber(json, "y", position.Y);
            json.WriteEndObject();
        }

        if (node.Retry is { } retry)
        {
            json.WriteStartObject("retry");
            json.WriteNumber("maxAttempts", retry.MaxAttempts);
            json.WriteString("delay", DurationText.Format(retry.Delay));
            WriteNumber(json, "backoff", retry.Backoff);
            json.WriteString("maxDelay", DurationText.Format(retry.MaxDelay));
            if (retry.TransientOnly)
            {
                json.WriteBoolean("transientOnly", true);
            }

            json.WriteEndObject();
        }

        if (node.Timeout is { } timeout)
        {
            json.WriteString("timeout", DurationText.Format(timeout));
        }

        if (node.Notes.Length > 0)
        {
            json.WriteString("notes", node.Notes);
        }
    }

    public static void WriteText(Utf8JsonWriter json, string name, LocalizedText? text)
    {
        if (text is not null)
        {
            json.WriteStartObject(name);
            json.WriteString("en", text.En);
            json.WriteString("zh", text.Zh);
            json.WriteEndObject();
        }
    }

    public static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Depth is bounded by FlowLimits.JsonDepthMax, which every way in checks.
    public static void WriteValue(Utf8JsonWriter json, JsonNode? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonObject obj:
                json.WriteStartObject();
                foreach ((string name, JsonNode? member) in obj.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    WriteValue(json, member);
                }

                json.WriteEndObject();
                break;
            case JsonArray array:
                json.WriteStartArray();
                foreach (JsonNode? item in array)
                {
                    WriteValue(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValue number when number.GetValueKind() == JsonValueKind.Number:
                WriteNumber(json, SchemaValidator.AsDouble(number));
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        WriteNumber(json, value);
    }

    private static void WriteNumber(Utf8JsonWriter json, double value)
    {
        if (Math.Floor(value) == value && Math.Abs(value) <= IntegerMax)
        {
            json.WriteNumberValue((long)value);
        }
        else
        {
            json.WriteNumberValue(value);
        }
    }
}
