namespace EasyQuant.Flow;

/// <summary>Chunks flow from one node of the picture to another.</summary>
/// <param name="From">Id of the node that writes.</param>
/// <param name="To">Id of the node that reads.</param>
public sealed record TopologyEdge(string From, string To);
