using System.Diagnostics.CodeAnalysis;
using EasyQuant.Flow;
using Wire = EasyQuant.Contracts.Workflow.V1;

namespace EasyQuant.WorkflowService.Definitions;

/// <summary>The catalogue at one moment. Immutable.</summary>
internal sealed class NodeSet : INodeDefinitions
{
    public static readonly NodeSet Empty = new([]);

    private readonly Dictionary<string, NodeDefinition> _byType;

    public NodeSet(IReadOnlyList<Wire.NodeDefinition> wire)
    {
        Wire = [.. wire.OrderBy(node => node.Type, StringComparer.Ordinal)];
        Definitions = [.. Wire.Select(NodeCodec.ToCore)];
        _byType = Definitions.ToDictionary(node => node.Type, StringComparer.Ordinal);
    }

    /// <summary>All node types as registered, sorted by type name.</summary>
    public IReadOnlyList<Wire.NodeDefinition> Wire { get; }

    public IReadOnlyList<NodeDefinition> Definitions { get; }

    public bool TryGetDefinition(string type, [NotNullWhen(true)] out NodeDefinition? definition) => _byType.TryGetValue(type, out definition);
}
