namespace EasyQuant.Flow;

/// <summary>Which finished steps stay when a run is retried from a step.</summary>
public static class RetryPlan
{
    /// <summary>Returns the ids of the node and of every node that depends on it, directly or not, by edges or expressions: these run again.</summary>
    /// <param name="definition">A valid workflow.</param>
    /// <param name="catalog">Node types.</param>
    /// <param name="fromNode">Id of the node to start from.</param>
    /// <exception cref="NodeException"><c>UNKNOWN_NODE</c>.</exception>
    public static IReadOnlySet<string> NodesToRepeat(WorkflowDefinition definition, INodeDefinitions catalog, string fromNode)
    {
        GraphModel model = GraphModel.Build(definition, catalog, []);
        if (!model.Index.TryGetValue(fromNode, out int start))
        {
            throw new NodeException("UNKNOWN_NODE", $"There is no node '{fromNode}'.");
        }

        bool[] repeat = new bool[definition.Nodes.Count];
        repeat[start] = true;
        foreach (int node in model.Order)
        {
            foreach (PortRef source in model.Sources[node].Concat(model.Reads[node] ?? []))
            {
                repeat[node] |= !source.IsNone && repeat[source.Node];
            }
        }

        return definition.Nodes.Where((_, i) => repeat[i]).Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
    }
}
