using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Finds which workflows a workflow calls: the values of parameters marked with <see cref="WorkflowReferenceAttribute"/>.</summary>
public static class WorkflowReferences
{
    /// <summary>Returns the references that are plain texts, in the order of the nodes; those that are expressions are only known when the run executes.</summary>
    /// <param name="definition">The workflow.</param>
    /// <param name="catalog">Node types; nodes of unknown types are passed over.</param>
    /// <returns>Node index, parameter name, workflow name, version (0 for the newest).</returns>
    public static IReadOnlyList<WorkflowReference> Find(WorkflowDefinition definition, INodeDefinitions catalog)
    {
        var found = new List<WorkflowReference>();
        for (int i = 0; i < definition.Nodes.Count; i++)
        {
            WorkflowNode node = definition.Nodes[i];
            if (!catalog.TryGetDefinition(node.Type, out NodeDefinition? type) || type.ParametersSchema["properties"] is not JsonObject properties)
            {
                continue;
            }

            foreach ((string name, JsonNode? schema) in properties)
            {
                if (schema is JsonObject marked
                    && marked.ContainsKey("x-workflow")
                    && node.Params[name] is JsonValue value
                    && value.TryGetValue(out string? target)
                    && !TextTemplate.HasMarker(target))
                {
                    int version = node.Params["version"] is JsonValue number && SchemaValidator.TypeOf(number) == "integer"
                        ? (int)SchemaValidator.AsDouble(number)
                        : 0;
                    found.Add(new WorkflowReference(i, node.Id, name, target, version));
                }
            }
        }

        return found;
    }
}
