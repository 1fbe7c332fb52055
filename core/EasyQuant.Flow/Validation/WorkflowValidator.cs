namespace EasyQuant.Flow;

/// <summary>Finds everything that is wrong with a workflow, at once. Works in time proportional to its size and never recurses over the graph.</summary>
public static class WorkflowValidator
{
    /// <summary>Validates a workflow and the workflows below it as far as they call each other.</summary>
    /// <param name="definition">The workflow.</param>
    /// <param name="catalog">Node types.</param>
    /// <param name="subWorkflows">Returns a workflow of the same project by name and version (0 for the newest), or null.</param>
    /// <returns>All errors, at most <see cref="FlowLimits.ErrorsMax"/>; empty when it is valid. Pointers go into the workflow's JSON.</returns>
    public static IReadOnlyList<FlowError> Validate(
        WorkflowDefinition definition, INodeDefinitions catalog, Func<string, int, WorkflowDefinition?> subWorkflows)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var errors = new FlowErrorList();
        GraphModel.Build(definition, catalog, errors);
        new SubWorkflowCheck(catalog, subWorkflows, errors).Check(definition);
        return errors.Errors;
    }
}
