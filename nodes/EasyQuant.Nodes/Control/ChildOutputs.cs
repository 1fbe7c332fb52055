using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Turns the outputs of a child run into JSON.</summary>
internal static class ChildOutputs
{
    /// <summary>Returns an object with one member an output; a table becomes <c>{"rowCount": n}</c>, a skipped output null.</summary>
    public static JsonObject AsJson(ChildRunResult result)
    {
        var json = new JsonObject();
        for (int i = 0; i < result.OutputNames.Count; i++)
        {
            NodeValue value = result.Outputs[i];
            json.Add(
                result.OutputNames[i],
                value.IsJson ? value.AsJson()?.DeepClone() : value.IsTable ? new JsonObject { ["rowCount"] = value.AsTable().RowCount } : null);
        }

        return json;
    }
}
