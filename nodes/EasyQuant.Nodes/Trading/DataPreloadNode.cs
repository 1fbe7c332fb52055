using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Stores a table of daily bars once, by content, and hands on a small JSON reference. Child runs that get the reference map one file, in whatever process of the
/// machine they execute; without a data directory each process loads a copy.
/// </summary>
public sealed class DataPreloadNode : INodeHandler
{
    private static readonly DataPreloadNode s_instance = new();

    private DataPreloadNode()
    {
    }

    /// <summary>Adds the node type <c>DataPreload</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<NoParameters>(
        new NodeDefinitionTemplate
        {
            Type = "DataPreload",
            Title = new LocalizedText("Preload data", "数据预加载"),
            Category = "trading",
            Icon = "database",
            Description = new LocalizedText(
                "Stores bars once and hands on a reference, so that many backtests share them.", "将 K 线存储一次并传递引用，供大量回测共享。"),
            Inputs = [new PortDefinition("bars", PortType.Table, new LocalizedText("Bars", "K 线"))],
            Outputs = [new PortDefinition("data", PortType.Json, new LocalizedText("Reference", "数据引用"))],
        },
        _ => s_instance);

    /// <summary>Checks that the table holds daily bars, stores it and sets the reference.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c> without an artifact store; the reasons of <see cref="BarTableException"/>.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table bars = execution.InputTable(0);
        IArtifactStore store = execution.Services.Require<IArtifactStore>("an artifact store");
        MarketPanel panel = PanelCache.Convert(bars);
        ArtifactRef artifact = await store.SaveAsync(bars, cancellationToken);
        await PanelCache.Shared.OfferAsync(artifact.Sha256, panel, execution.Services.Get<DirectoryDataFiles>()?.SharedPanels(), cancellationToken);
        execution.SetOutput(0, DataReference.Write(artifact));
        execution.Report(new StepMetrics(bars.RowCount, bars.RowCount));
    }
}
