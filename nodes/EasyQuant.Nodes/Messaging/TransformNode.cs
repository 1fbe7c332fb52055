using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data;

namespace EasyQuant.Nodes.Messaging;

/// <summary>Computes, filters, renames and chooses, row by row: what it makes of a row depends on that row alone, so it may stand in any chain.</summary>
public sealed class TransformNode : IStreamTransform
{
    private readonly TransformParameters _parameters;

    private TransformNode(TransformParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>Transform</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TransformParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Transform",
            Title = new LocalizedText("Transform", "转换"),
            Category = "data",
            Icon = "shuffle",
            Description = new LocalizedText(
                "Computes columns, keeps rows whose values are present, renames and chooses columns, row by row.", "逐行计算列、保留有值的行、重命名并选列。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            StreamRole = StreamRole.Transform,
        },
        parameters => new TransformNode(parameters));

    /// <summary>Transforms a table.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>: a column does not exist, is no number, or a name is there twice.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table input = execution.InputTable(0);
        Table table = Transform(input);
        execution.SetOutput(0, table);
        execution.Report(new StepMetrics(input.RowCount, table.RowCount));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Table> StreamAsync(Table table, StreamExecution execution, CancellationToken cancellationToken) => ValueTask.FromResult(Transform(table));

    private Table Transform(Table table)
    {
        try
        {
            foreach (TableComputation computation in _parameters.Compute)
            {
                table = table.With(TableSelectNode.Compute(table, computation));
            }

            if (_parameters.Present.Count > 0)
            {
                Column[] present = [.. _parameters.Present.Select(name => table[name])];
                int[] rows = [.. Enumerable.Range(0, table.RowCount).Where(row => !present.Any(column => column.IsNull(row) || column is Float64Column v && double.IsNaN(v.Values[row])))];
                table = rows.Length == table.RowCount ? table : table.Take(rows);
            }

            if (_parameters.Columns.Count > 0)
            {
                table = table.Select([.. _parameters.Columns]);
            }

            return _parameters.Rename.Count == 0
                ? table
                : new Table([.. table.Columns.Select(column => _parameters.Rename.FirstOrDefault(one => one.From == column.Name) is { } rename ? column.Rename(rename.To) : column)]);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLE_SCHEMA", e.Message, transient: false, e);
        }
    }
}
