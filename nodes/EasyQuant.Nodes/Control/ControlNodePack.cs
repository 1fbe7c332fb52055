using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Nodes that shape the graph: they compute nothing but decide what runs and with which values.</summary>
public static class ControlNodePack
{
    /// <summary>Adds the pack to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        BatchSchedulerNode.AddTo(catalog);
        BranchNode.AddTo(catalog);
        DelayNode.AddTo(catalog);
        JsonMapNode.AddTo(catalog);
        SortTableNode.AddTo(catalog);
        SubWorkflowNode.AddTo(catalog);
    }
}
