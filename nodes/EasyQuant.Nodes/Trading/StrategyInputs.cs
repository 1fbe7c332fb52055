using System.Text.Json.Nodes;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Trading;

/// <summary>What nodes that run strategies read: bars from their first two ports or a reference, and the strategy's parameters.</summary>
internal static class StrategyInputs
{
    private const int BarsPort = 0;
    private const int DataPort = 1;

    /// <summary>The ports <c>bars</c> (table) and <c>data</c> (reference of DataPreload or PanelSave), both optional.</summary>
    public static PortDefinition[] Ports =>
    [
        new("bars", PortType.Table, new LocalizedText("Bars", "K 线"), Required: false),
        new("data", PortType.Json, new LocalizedText("Reference", "数据引用"), Required: false),
    ];

    /// <summary>Lends the bars as a panel; the same reference gives the same memory to all nodes of the process, and of the machine where it is mapped.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c> without bars; the reasons of the artifact store.</exception>
    /// <exception cref="BarTableException">The table is no bar table.</exception>
    public static async ValueTask<PanelLease> PanelAsync(NodeExecution execution, JsonTemplate? data, CancellationToken cancellationToken)
    {
        if (execution.HasInput(BarsPort))
        {
            return new PanelLease(PanelCache.Convert(execution.InputTable(BarsPort)));
        }

        JsonNode? reference = execution.HasInput(DataPort) ? execution.InputJson(DataPort)
            : data is { } template ? execution.Evaluate(template)
            : throw new NodeException("MISSING_INPUT", $"Node '{execution.NodeId}' needs bars: connect 'bars' or 'data', or set the parameter 'data'.");
        if (PanelReference.TryRead(reference, out PanelReference? panel))
        {
            return await PanelCache.Shared.RentAsync(panel, execution.Services.Require<DirectoryDataFiles>("a data directory").Panels(), cancellationToken);
        }

        IArtifactStore store = execution.Services.Require<IArtifactStore>("an artifact store");
        SharedPanels? shared = execution.Services.Get<DirectoryDataFiles>()?.SharedPanels();
        return await PanelCache.Shared.RentAsync(DataReference.Read(reference), store, shared, cancellationToken);
    }

    /// <summary>Returns the strategy's parameters, empty for all defaults.</summary>
    /// <exception cref="NodeException"><c>PARAMETER_TYPE</c>: they are no object.</exception>
    public static JsonObject Parameters(NodeExecution execution, JsonTemplate? template) => template is null
        ? []
        : execution.Evaluate(template) switch
        {
            null => [],
            JsonObject parameters => parameters,
            JsonNode other => throw new NodeException("PARAMETER_TYPE", $"'parameters' must be an object, was {other.ToJsonString()}."),
        };
}
