using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Makes bars of any table, a query of a database for example: finds columns by their names, normalises symbols, units and times.</summary>
public sealed class BarsFromTableNode : INodeHandler
{
    private readonly ImportProfile _profile;
    private readonly ImportOptions _options;

    private BarsFromTableNode(ImportProfile profile, ImportOptions options)
    {
        _profile = profile;
        _options = options;
    }

    /// <summary>Adds the node type <c>BarsFromTable</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BarsFromTableParameters>(
        new NodeDefinitionTemplate
        {
            Type = "BarsFromTable",
            Title = new LocalizedText("Table to bars", "表转行情"),
            Category = "data",
            Icon = "table",
            Description = new LocalizedText(
                "Makes bars of a table, for example of a database query; columns are found by the names that vendors use.", "将表（如数据库查询结果）转换为行情；按各家常用列名识别列。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = LoaderFiles.Outputs,
        },
        Create);

    /// <summary>Maps the table.</summary>
    /// <exception cref="NodeException">A reason of <see cref="CsvReasons"/> or <see cref="ImportException"/>; lines are rows of the table, the first is line 2.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table table = execution.InputTable(0);
        try
        {
            ImportResult result = ColumnarBars.Read(table, "table", _profile, _options);
            execution.SetOutput(0, result.Table);
            execution.SetOutput(1, new JsonObject { ["rows_read"] = result.Report.RowsRead, ["rows_loaded"] = result.Report.RowsLoaded, ["file"] = LoaderFiles.Describe("table", result.Table, result.Report, result.Profile.Name) });
            execution.Report(new StepMetrics(table.RowCount, result.Table.RowCount));
        }
        catch (CsvException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
        catch (ImportException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }

        return ValueTask.CompletedTask;
    }

    private static BarsFromTableNode Create(BarsFromTableParameters parameters) => new(
        BarParameters.Profile(parameters.Profile),
        new ImportOptions
        {
            Symbol = BarParameters.Symbol(parameters.Symbol),
            Interval = BarParameters.Interval(parameters.Interval),
            FindZone = TimeZoneInfo.FindSystemTimeZoneById,
            SkipBadRows = parameters.SkipBadRows,
        });
}
