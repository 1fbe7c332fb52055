using System.Text.Json.Nodes;

namespace EasyQuant.Flow;

/// <summary>Runs one node alone, with its inputs pinned: for tests of nodes and for the editor's "try this node".</summary>
public static class SingleNode
{
    /// <summary>Checks the parameters, makes the handler and runs it once.</summary>
    /// <param name="catalog">Where the node type comes from.</param>
    /// <param name="type">Node type.</param>
    /// <param name="parameters">Parameters; expressions may read <c>run</c> and the context's inputs.</param>
    /// <param name="inputs">Values by input port; ports that are left out are not connected.</param>
    /// <param name="context">Context of the run.</param>
    /// <param name="services">What the host lends.</param>
    /// <param name="observer">Hears progress and items; may be null.</param>
    /// <param name="cancellationToken">Stops the node.</param>
    /// <returns>Outputs by port and the counts.</returns>
    /// <exception cref="NodeException">The type or a parameter is wrong, or the node failed.</exception>
    public static async Task<SingleNodeResult> RunAsync(
        NodeCatalog catalog,
        string type,
        JsonObject parameters,
        IReadOnlyDictionary<string, NodeValue> inputs,
        RunContext context,
        NodeServices services,
        IRunObserver? observer,
        CancellationToken cancellationToken)
    {
        if (!catalog.TryGetDefinition(type, out NodeDefinition? definition))
        {
            throw new NodeException("UNKNOWN_NODE_TYPE", $"There is no node type '{type}'.");
        }

        var execution = new NodeExecution("node", definition);
        execution.Begin(context, services, observer, null, CancellationToken.None);
        foreach ((string port, NodeValue value) in inputs)
        {
            int index = definition.InputIndex(port);
            if (index < 0)
            {
                throw new NodeException("UNKNOWN_PORT", $"The node type '{type}' has no input '{port}'.");
            }

            execution.Inputs[index] = value;
        }

        INodeHandler handler = NodeBinding.Create(catalog, definition, "node", parameters).Handler(execution);
        await handler.RunAsync(execution, cancellationToken);
        var outputs = new Dictionary<string, NodeValue>(StringComparer.Ordinal);
        for (int i = 0; i < definition.Outputs.Count; i++)
        {
            outputs[definition.Outputs[i].Name] = execution.Outputs[i];
        }

        return new SingleNodeResult(outputs, execution.Metrics);
    }
}
