using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Nodes of process groups: the replica itself, queues, transforms.</summary>
public static class MessagingNodePack
{
    /// <summary>Adds the pack to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ProcessGroupNode.AddTo(catalog);
        MqConsumerNode.AddTo(catalog);
        MqProducerNode.AddTo(catalog);
        TransformNode.AddTo(catalog);
        FactorCalcNode.AddTo(catalog);
    }
}
