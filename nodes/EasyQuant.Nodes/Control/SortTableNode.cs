using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Sorts a table by one column; equal rows keep their order.</summary>
public sealed class SortTableNode : INodeHandler
{
    private readonly SortTableParameters _parameters;

    private SortTableNode(SortTableParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>SortTable</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<SortTableParameters>(
        new NodeDefinitionTemplate
        {
            Type = "SortTable",
            Title = new LocalizedText("Sort table", "表排序"),
            Category = "control",
            Icon = "arrow-down-up",
            Description = new LocalizedText("Sorts a table by a column and may keep the top rows only.", "按一列对表排序，可只保留前若干行。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
        },
        parameters => new SortTableNode(parameters));

    /// <summary>Sorts.</summary>
    /// <exception cref="NodeException"><c>COLUMN_NOT_FOUND</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table table = execution.InputTable(0);
        if (!table.TryGetColumn(_parameters.By, out _))
        {
            throw new NodeException(
                "COLUMN_NOT_FOUND", $"There is no column '{_parameters.By}'; the table has {string.Join(", ", table.Schema.Select(c => c.Name))}.");
        }

        int[] order = TableSort.Order(table, (_parameters.By, _parameters.Descending));
        int keep = Math.Min(_parameters.Limit ?? order.Length, order.Length);
        execution.SetOutput(0, table.Take(order.AsSpan(0, keep)));
        return ValueTask.CompletedTask;
    }
}
