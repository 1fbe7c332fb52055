namespace EasyQuant.Flow;

/// <summary>One input or output of a node.</summary>
/// <param name="Name">Unique among the inputs (or the outputs) of the node; <c>[A-Za-z_][A-Za-z0-9_]*</c>, at most 63 characters.</param>
/// <param name="Type">What the port carries.</param>
/// <param name="Title">Text for people.</param>
/// <param name="Required">For an input: whether an edge must lead to it. No meaning for outputs. Default true.</param>
public sealed record PortDefinition(string Name, PortType Type, LocalizedText Title, bool Required = true);
