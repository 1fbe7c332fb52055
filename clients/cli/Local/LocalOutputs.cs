using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Cli.Local;

/// <summary>The declared outputs of a finished run: JSON values inline, tables as files beside it.</summary>
public sealed class LocalOutputs
{
    /// <summary>Folder below the run's folder.</summary>
    public const string FolderName = "outputs";

    private const int RowsShownMax = 20;
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<(string Name, NodeValue Value)> _outputs;

    private LocalOutputs(List<(string Name, NodeValue Value)> outputs) => _outputs = outputs;

    /// <summary>Writes each output to a file: NAME.json, or NAME.csv for a table.</summary>
    /// <param name="result">A succeeded run.</param>
    /// <param name="runFolder">Folder of the run.</param>
    /// <returns>The outputs, to be printed.</returns>
    public static LocalOutputs Save(RunResult result, string runFolder)
    {
        ArgumentNullException.ThrowIfNull(result);
        string folder = Path.Combine(runFolder, FolderName);
        Directory.CreateDirectory(folder);
        List<(string, NodeValue)> outputs = [];
        for (int i = 0; i < result.OutputNames.Count; i++)
        {
            string name = result.OutputNames[i];
            NodeValue value = result.Outputs[i];
            outputs.Add((name, value));
            if (value.IsTable)
            {
                using StreamWriter writer = new(Path.Combine(folder, name + ".csv"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
                TableCsv.Write(value.AsTable(), writer);
            }
            else if (value.IsJson)
            {
                File.WriteAllText(Path.Combine(folder, name + ".json"), Text(value.AsJson()) + "\n");
            }
        }

        return new LocalOutputs(outputs);
    }

    /// <summary>All outputs as one JSON object; tables as arrays of row objects.</summary>
    /// <returns>JSON with a trailing line feed.</returns>
    public string ToJson()
    {
        JsonObject all = [];
        foreach ((string name, NodeValue value) in _outputs)
        {
            all[name] = value.IsTable ? TableJson.ToRows(value.AsTable()) : value.IsJson ? value.AsJson()?.DeepClone() : null;
        }

        return Text(all) + "\n";
    }

    /// <summary>All outputs for people; of a table the first 20 rows.</summary>
    /// <returns>Text with a trailing line feed.</returns>
    public string ToText()
    {
        StringBuilder text = new();
        foreach ((string name, NodeValue value) in _outputs)
        {
            text.Append(name).Append(":\n");
            if (value.IsTable)
            {
                Table table = value.AsTable();
                using StringWriter rows = new();
                TableCsv.Write(table.Slice(0, Math.Min(RowsShownMax, table.RowCount)), rows);
                text.Append(rows).Append(table.RowCount > RowsShownMax ? $"... {table.RowCount} rows in all\n" : string.Empty);
            }
            else
            {
                text.Append(value.IsJson ? Text(value.AsJson()) : "(skipped)").Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Text(JsonNode? node) => node?.ToJsonString(s_json) ?? "null";
}
