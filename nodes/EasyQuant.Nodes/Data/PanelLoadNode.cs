using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Data;

/// <summary>Reads bars of a panel as a table, adjusted as of a date when asked.</summary>
public sealed class PanelLoadNode : INodeHandler
{
    private readonly PanelLoadParameters _parameters;
    private readonly PanelInterval _interval;
    private readonly PanelQuery _query;

    private PanelLoadNode(PanelLoadParameters parameters, PanelQuery query)
    {
        _parameters = parameters;
        _interval = BarParameters.Interval(parameters.Interval)!.Value;
        _query = query;
    }

    /// <summary>Adds the node type <c>PanelLoad</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<PanelLoadParameters>(
        new NodeDefinitionTemplate
        {
            Type = "PanelLoad",
            Title = new LocalizedText("Load panel", "加载面板"),
            Category = "data",
            Icon = "layers",
            Description = new LocalizedText(
                "Reads bars of a panel as a table: symbols, dates, adjustment as of a date.", "从面板读取行情表：代码、日期、截至某日的复权。"),
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Bars", "行情"))],
        },
        parameters =>
        {
            BarParameters.Dataset(parameters.Dataset);
            return new PanelLoadNode(parameters, new PanelQuery
            {
                Symbols = parameters.Symbols.Count == 0 ? null : [.. parameters.Symbols.Select(s => BarParameters.Symbol(s)!.Value)],
                From = BarParameters.Date("from", parameters.From),
                To = BarParameters.Date("to", parameters.To),
                AsOf = BarParameters.Date("asOf", parameters.AsOf),
                Adjustment = parameters.Adjustment,
            });
        });

    /// <summary>Reads the bars.</summary>
    /// <exception cref="NodeException"><c>SERVICE_NOT_AVAILABLE</c>, <c>LIMIT_EXCEEDED</c>, or a reason of <see cref="PanelException"/>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        PanelStore store = execution.Services.Require<DirectoryDataFiles>("a data directory").Panels();
        try
        {
            using OpenPanel open = store.Open(_parameters.Dataset, _interval, _parameters.Version);
            long count = PanelTable.Count(open.Panel, _query);
            if (count > _parameters.RowsMax)
            {
                throw new NodeException("LIMIT_EXCEEDED", $"The query gives {count} rows, at most {_parameters.RowsMax} are read; name fewer symbols or dates, or raise rowsMax.");
            }

            Table table = PanelTable.Read(open.Panel, _query);
            execution.SetOutput(0, table);
            execution.Report(new StepMetrics(0, table.RowCount));
            return ValueTask.CompletedTask;
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }
}
