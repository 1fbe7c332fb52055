using System.Collections.ObjectModel;
using System.Globalization;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Makes the inputs and the item path of child runs.</summary>
internal static class ChildInputs
{
    /// <summary>Returns the members of an object as inputs; null gives none.</summary>
    /// <exception cref="NodeException"><c>INPUT_TYPE</c>: it is something else.</exception>
    public static IReadOnlyDictionary<string, JsonNode?> From(JsonNode? value) => value switch
    {
        null => ReadOnlyDictionary<string, JsonNode?>.Empty,
        JsonObject obj => new Dictionary<string, JsonNode?>(obj, StringComparer.Ordinal),
        _ => throw new NodeException("INPUT_TYPE", $"The inputs of a workflow are an object of names and values, got {value.ToJsonString()}."),
    };

    /// <summary>Returns where the child stands: the parent's path, the node, and the item's index where there is one.</summary>
    public static string Path(NodeExecution execution, int? index)
    {
        string own = index is { } i ? string.Create(CultureInfo.InvariantCulture, $"{execution.NodeId}[{i}]") : execution.NodeId;
        return execution.Run.ItemPath.Length == 0 ? own : $"{execution.Run.ItemPath}/{own}";
    }
}
