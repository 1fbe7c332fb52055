namespace EasyQuant.Flow;

/// <summary>What reading a document gave.</summary>
/// <param name="Definition">The definition; null when there are errors.</param>
/// <param name="Errors">Everything that is wrong with the form.</param>
public sealed record GroupsParseResult(GroupsDefinition? Definition, IReadOnlyList<FlowError> Errors);
