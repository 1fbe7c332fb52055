namespace EasyQuant.Flow;

/// <summary>Runs a workflow in one process with no broker and no database: validates it with everything below it, then executes it.</summary>
public static class LocalRunner
{
    /// <summary>Validates and runs.</summary>
    /// <param name="definition">The workflow.</param>
    /// <param name="catalog">Node types.</param>
    /// <param name="resolve">Finds the workflows that it calls.</param>
    /// <param name="context">The run and its inputs.</param>
    /// <param name="services">What the host lends to nodes; children are added here.</param>
    /// <param name="options">Observer, finished steps, single node, pause.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    /// <exception cref="WorkflowInvalidException">The workflow or the inputs are not valid; carries all errors.</exception>
    public static async Task<RunResult> RunAsync(
        WorkflowDefinition definition,
        NodeCatalog catalog,
        WorkflowResolver resolve,
        RunContext context,
        NodeServices services,
        RunOptions options,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<FlowError> errors = WorkflowValidator.Validate(definition, catalog, (name, version) => resolve(name, version));
        if (errors.Count > 0)
        {
            throw new WorkflowInvalidException(errors);
        }

        PreparedGraph graph = PreparedGraph.Prepare(definition, catalog);
        NodeServices lent = services.With<IChildRunner>(new GraphChildRunner(catalog, resolve, options.Activities));
        RunContext root = context with { Ancestors = [definition.Name], Depth = 0 };
        return await graph.ExecuteAsync(root, lent, options, cancellationToken);
    }
}
