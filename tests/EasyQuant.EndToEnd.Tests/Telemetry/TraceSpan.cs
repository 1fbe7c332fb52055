using System.Text.Json;

namespace EasyQuant.EndToEnd.Telemetry;

/// <summary>A span as the dashboard's API answers it (OTLP JSON).</summary>
/// <param name="TraceId">Trace, hexadecimal.</param>
/// <param name="SpanId">Span, hexadecimal.</param>
/// <param name="ParentId">Parent; empty for a root.</param>
/// <param name="Service">Service that sent it.</param>
/// <param name="Name">Name.</param>
/// <param name="Kind">OTLP kind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="Attributes">Attributes as text, by name.</param>
internal sealed record TraceSpan(
    string TraceId, string SpanId, string ParentId, string Service, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes)
{
    public string StepId => Of("easyquant.step_id");

    public string RunId => Of("easyquant.run_id");

    /// <summary>Text of an attribute; empty when there is none.</summary>
    public string Of(string attribute) => Attributes.GetValueOrDefault(attribute, "");

    /// <summary>Finds every span below a JSON value.</summary>
    public static void Collect(JsonElement json, List<TraceSpan> spans)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in json.EnumerateArray())
            {
                Collect(item, spans);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            if (json.TryGetProperty("scopeSpans", out JsonElement scopes) && json.TryGetProperty("resource", out JsonElement resource))
            {
                string service = ReadAttributes(resource).GetValueOrDefault("service.name", "");
                spans.AddRange(scopes.EnumerateArray().SelectMany(scope => scope.GetProperty("spans").EnumerateArray()).Select(span => Read(span, service)));
                return;
            }

            foreach (JsonProperty member in json.EnumerateObject())
            {
                Collect(member.Value, spans);
            }
        }
    }

    private static TraceSpan Read(JsonElement span, string service) => new(
        Text(span, "traceId"), Text(span, "spanId"), Text(span, "parentSpanId"), service, Text(span, "name"), ReadKind(span), ReadAttributes(span));

    private static int ReadKind(JsonElement span) =>
        !span.TryGetProperty("kind", out JsonElement kind) ? 0
        : kind.ValueKind == JsonValueKind.Number ? kind.GetInt32()
        : kind.GetString() switch
        {
            "SPAN_KIND_INTERNAL" => 1,
            "SPAN_KIND_SERVER" => 2,
            "SPAN_KIND_CLIENT" => 3,
            "SPAN_KIND_PRODUCER" => 4,
            "SPAN_KIND_CONSUMER" => 5,
            _ => 0,
        };

    private static string Text(JsonElement span, string name) =>
        span.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static Dictionary<string, string> ReadAttributes(JsonElement holder)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (holder.TryGetProperty("attributes", out JsonElement all))
        {
            foreach (JsonElement attribute in all.EnumerateArray())
            {
                if (attribute.TryGetProperty("value", out JsonElement value) && value.ValueKind == JsonValueKind.Object)
                {
                    attributes[Text(attribute, "key")] = string.Join(',', value.EnumerateObject().Select(one => one.Value.ToString()));
                }
            }
        }

        return attributes;
    }
}
