using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Imports ticks from text, Parquet and Arrow files into one table, as the node Backtest takes it.</summary>
public sealed class TickImportNode : INodeHandler
{
    private readonly TickImportParameters _parameters;

    private TickImportNode(TickImportParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>TickImport</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TickImportParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TickImport",
            Title = new LocalizedText("Import ticks", "导入逐笔行情"),
            Category = "data",
            Icon = "file-input",
            Description = new LocalizedText(
                "Imports ticks from CSV files with a header in English or Chinese, Parquet or Arrow: symbol, time, last, volume, and bid and ask where there are some.",
                "导入逐笔行情：中英文表头的 CSV、Parquet 或 Arrow；列为代码、时间、最新价、成交量，以及可选的买价与卖价。"),
            Outputs =
            [
                new PortDefinition("ticks", PortType.Table, new LocalizedText("Ticks", "逐笔行情")),
                new PortDefinition("report", PortType.Json, new LocalizedText("Load report", "加载报告")),
            ],
        },
        parameters => new TickImportNode(parameters));

    /// <summary>Imports the files in the order of their names and puts them one after the other.</summary>
    /// <exception cref="NodeException"><c>FILE_NOT_FOUND</c>, <c>FILE_OUTSIDE_ROOT</c>, <c>FILE_NOT_REGULAR</c>, or a reason of <see cref="CsvReasons"/> or <see cref="ImportException"/> with the file.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var load = new LoaderFiles(execution, _parameters.Path, _parameters.RowsMax);
        await load.RunAsync(LoadOne, TickMerge.Tables, cancellationToken);
    }

    private (Table Table, ParseReport? Report, string? Profile) LoadOne(IDataFiles files, string path, int rowsMax)
    {
        try
        {
            return (TickImport.Read(path, new ImportNeighbours(files), TimeSpan.FromMinutes(_parameters.UtcOffsetMinutes), rowsMax), null, null);
        }
        catch (CsvException e)
        {
            throw new NodeException(e.Reason, $"{path}: {e.Message}", transient: false, e);
        }
        catch (ImportException e)
        {
            throw new NodeException(e.Reason, e.Message.StartsWith(path, StringComparison.Ordinal) ? e.Message : $"{path}: {e.Message}", transient: false, e);
        }
    }
}
