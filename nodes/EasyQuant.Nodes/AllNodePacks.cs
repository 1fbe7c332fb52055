using EasyQuant.Flow;
using EasyQuant.Nodes.Control;
using EasyQuant.Nodes.Data;
using EasyQuant.Nodes.Messaging;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes;

/// <summary>Every node type that ships with the product.</summary>
public static class AllNodePacks
{
    /// <summary>Adds all packs to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog)
    {
        ControlNodePack.AddTo(catalog);
        TradingNodePack.AddTo(catalog);
        DataNodePack.AddTo(catalog);
        MessagingNodePack.AddTo(catalog);
    }

    /// <summary>Returns a new catalog with all packs.</summary>
    public static NodeCatalog CreateCatalog()
    {
        var catalog = new NodeCatalog();
        AddTo(catalog);
        return catalog;
    }
}
