using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Contracts.Run.V1;
using EasyQuant.Samples.Demo;
using Google.Protobuf;

namespace EasyQuant.EndToEnd.Samples;

/// <summary>Outputs of a sample in the form in which the interfaces are compared: by name, tables as arrays of row objects.</summary>
public static class SampleOutputs
{
    /// <summary>Reads the declared outputs of a succeeded run over gRPC.</summary>
    public static async Task<JsonObject> ReadAsync(PlatformClient client, string sample, Run run, CancellationToken cancellationToken)
    {
        JsonObject outputs = [];
        foreach ((string name, string node, string port) in Of(sample))
        {
            JsonNode? value = JsonNode.Parse(JsonFormatter.Default.Format(run.Outputs.Fields[name]));
            outputs[name] = IsTable(value) ? Rows(await client.ReadTableAsync(run.RunId, node, port, cancellationToken)) : value;
        }

        return outputs;
    }

    /// <summary>The outputs that a sample declares, with the port that carries each.</summary>
    public static IEnumerable<(string Name, string Node, string Port)> Of(string sample) =>
        JsonNode.Parse(SampleData.ReadWorkflow(sample))!["outputs"]!.AsArray()
            .Select(output => ((string)output!["name"]!, ((string)output["from"]!).Split('.', 2)))
            .Select(output => (output.Item1, output.Item2[0], output.Item2[1]));

    public static bool IsTable(JsonNode? value) => value is JsonObject { Count: 1 } members && members.ContainsKey("table");

    public static JsonArray Rows(TableRows rows) =>
        [.. Enumerable.Range(0, rows.RowCount).Select(row => (JsonNode)new JsonObject(rows.Names.Select(name => KeyValuePair.Create(name, Cell(rows[row, name])))))];

    private static JsonNode? Cell(object? value) => value switch
    {
        null => null,
        double number => double.IsFinite(number) ? JsonValue.Create(number) : null,
        long number => JsonValue.Create(number),
        bool flag => JsonValue.Create(flag),
        DateOnly day => JsonValue.Create(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        IFormattable text => JsonValue.Create(text.ToString(null, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(value.ToString()),
    };
}
