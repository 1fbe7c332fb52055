namespace EasyQuant.Flow;

/// <summary>A declared output of a workflow.</summary>
/// <param name="Name">Name of the result: <c>[A-Za-z_][A-Za-z0-9_-]{0,62}</c>.</param>
/// <param name="From">Port that carries it: <c>node.port</c>.</param>
public sealed record WorkflowOutput(string Name, string From);
