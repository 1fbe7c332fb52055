using System.Diagnostics.CodeAnalysis;

namespace EasyQuant.Flow;

/// <summary>The node types that a workflow may use.</summary>
public interface INodeDefinitions
{
    /// <summary>All definitions, sorted by type name.</summary>
    IReadOnlyList<NodeDefinition> Definitions { get; }

    /// <summary>Finds a definition by its type name.</summary>
    bool TryGetDefinition(string type, [NotNullWhen(true)] out NodeDefinition? definition);
}
