using System.Text.Json;

namespace EasyQuant.EndToEnd;

/// <summary>A span as the dashboard's API answers it (OTLP JSON).</summary>
internal sealed record TraceSpan(string TraceId, string SpanId, string ParentId, string Service, string Name, string StepId, string RunId)
{
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
                string service = Attribute(resource, "service.name");
                spans.AddRange(scopes.EnumerateArray().SelectMany(scope => scope.GetProperty("spans").EnumerateArray()).Select(span => Of(span, service)));
                return;
            }

            foreach (JsonProperty member in json.EnumerateObject())
            {
                Collect(member.Value, spans);
            }
        }
    }

    private static TraceSpan Of(JsonElement span, string service) => new(
        Text(span, "traceId"), Text(span, "spanId"), Text(span, "parentSpanId"), service, Text(span, "name"), Attribute(span, "easyquant.step_id"),
        Attribute(span, "easyquant.run_id"));

    private static string Text(JsonElement span, string name) =>
        span.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    private static string Attribute(JsonElement holder, string key)
    {
        if (holder.TryGetProperty("attributes", out JsonElement attributes))
        {
            foreach (JsonElement attribute in attributes.EnumerateArray())
            {
                if (Text(attribute, "key") == key && attribute.TryGetProperty("value", out JsonElement value))
                {
                    return Text(value, "stringValue");
                }
            }
        }

        return string.Empty;
    }
}
