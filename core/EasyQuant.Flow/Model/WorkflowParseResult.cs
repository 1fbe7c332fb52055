namespace EasyQuant.Flow;

/// <summary>A definition, or everything that is wrong with the text.</summary>
/// <param name="Definition">The definition; null when there are errors.</param>
/// <param name="Errors">All errors; empty when there is a definition.</param>
public sealed record WorkflowParseResult(WorkflowDefinition? Definition, IReadOnlyList<FlowError> Errors);
