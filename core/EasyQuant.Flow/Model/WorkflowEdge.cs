namespace EasyQuant.Flow;

/// <summary>A connection. An input port takes one edge, an output port any number.</summary>
/// <param name="From">Source: <c>node.outputPort</c>.</param>
/// <param name="To">Target: <c>node.inputPort</c>.</param>
public sealed record WorkflowEdge(string From, string To);
