using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Nodes that list, fetch, load, clean, choose, save and read tables.</summary>
public static class DataNodePack
{
    /// <summary>Adds the pack to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        CsvLoaderNode.AddTo(catalog);
        TdxLoaderNode.AddTo(catalog);
        TableLoaderNode.AddTo(catalog);
        BarImportNode.AddTo(catalog);
        TickImportNode.AddTo(catalog);
        DataCleanNode.AddTo(catalog);
        BarsFromTableNode.AddTo(catalog);
        PanelSaveNode.AddTo(catalog);
        PanelLoadNode.AddTo(catalog);
        TableExportNode.AddTo(catalog);
        TableMergeNode.AddTo(catalog);
        TableSelectNode.AddTo(catalog);
        DbSaveNode.AddTo(catalog);
        DbQueryNode.AddTo(catalog);
        HttpRequestNode.AddTo(catalog);
        MarketListNode.AddTo(catalog);
    }
}
