using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Puts tables one after the other; bar tables are sorted by symbol and day afterwards.</summary>
public sealed class TableMergeNode : INodeHandler
{
    private static readonly PortDefinition[] s_inputs =
    [
        new("first", PortType.Table, new LocalizedText("First", "表一")),
        new("second", PortType.Table, new LocalizedText("Second", "表二"), Required: false),
        new("third", PortType.Table, new LocalizedText("Third", "表三"), Required: false),
        new("fourth", PortType.Table, new LocalizedText("Fourth", "表四"), Required: false),
    ];

    private TableMergeNode()
    {
    }

    /// <summary>Adds the node type <c>TableMerge</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<NoParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TableMerge",
            Title = new LocalizedText("Merge tables", "合并表"),
            Category = "data",
            Icon = "merge",
            Description = new LocalizedText(
                "Puts tables one after the other; daily bars are sorted by symbol and day.", "首尾相接合并多个表；日线按代码与日期排序。"),
            Inputs = s_inputs,
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
        },
        _ => new TableMergeNode());

    /// <summary>Merges what came in, in the order of the ports.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>: the tables have different columns and are not all bar tables.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        var tables = new List<Table>(s_inputs.Length);
        for (int port = 0; port < s_inputs.Length; port++)
        {
            if (port == 0 || execution.HasInput(port))
            {
                tables.Add(execution.InputTable(port));
            }
        }

        Table merged;
        try
        {
            merged = tables.TrueForAll(IsBarTable) ? BarTable.Merge(tables) : Table.Concat(tables);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLE_SCHEMA", e.Message, transient: false, e);
        }

        execution.SetOutput(0, merged);
        execution.Report(new StepMetrics(merged.RowCount, merged.RowCount));
        return ValueTask.CompletedTask;
    }

    private static bool IsBarTable(Table table) =>
        BarTable.Schema.All(s => table.TryGetColumn(s.Name, out Column? column) && column.Schema == s);
}
