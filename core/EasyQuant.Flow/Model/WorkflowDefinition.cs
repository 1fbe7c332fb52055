namespace EasyQuant.Flow;

/// <summary>A workflow as people write it: a function with inputs, outputs and a graph of nodes. Immutable; <see cref="WorkflowJson"/> reads and writes it.</summary>
public sealed record WorkflowDefinition
{
    /// <summary>Unique in the project: <c>[a-z0-9][a-z0-9._-]{0,62}</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Title for people; null (default) means the name.</summary>
    public LocalizedText? Title { get; init; }

    /// <summary>What it does, for people; null (default) for nothing said.</summary>
    public LocalizedText? Description { get; init; }

    /// <summary>Declared inputs; a run may set these and no others. Default none.</summary>
    public IReadOnlyList<WorkflowInput> Inputs { get; init; } = [];

    /// <summary>Declared outputs in the order in which results show them. Default none.</summary>
    public IReadOnlyList<WorkflowOutput> Outputs { get; init; } = [];

    /// <summary>Nodes, at most <see cref="FlowLimits.NodesMax"/>. Default none.</summary>
    public IReadOnlyList<WorkflowNode> Nodes { get; init; } = [];

    /// <summary>Edges, at most <see cref="FlowLimits.EdgesMax"/>. Default none.</summary>
    public IReadOnlyList<WorkflowEdge> Edges { get; init; } = [];
}
