using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Chooses, computes and orders: latest row of each group, computed columns, sorting, top rows, rank, columns.</summary>
public sealed class TableSelectNode : INodeHandler
{
    private readonly TableSelectParameters _parameters;

    private TableSelectNode(TableSelectParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>TableSelect</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<TableSelectParameters>(
        new NodeDefinitionTemplate
        {
            Type = "TableSelect",
            Title = new LocalizedText("Select from table", "表选择"),
            Category = "data",
            Icon = "filter",
            Description = new LocalizedText(
                "Keeps the latest row of each group, computes columns, sorts, takes the top rows, ranks them and chooses columns.", "保留每组最新一行、计算列、排序、取前若干行、加名次并选列。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs =
            [
                new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表")),
                new PortDefinition("top", PortType.Json, new LocalizedText("First rows", "前若干行")),
            ],
        },
        parameters => new TableSelectNode(parameters));

    /// <summary>Applies the parameters in their order.</summary>
    /// <exception cref="NodeException"><c>TABLE_SCHEMA</c>: a column does not exist or is no number.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table input = execution.InputTable(0);
        try
        {
            Table table = Select(input);
            execution.SetOutput(0, table);
            execution.SetOutput(1, TableJson.ToRows(table.Slice(0, Math.Min(table.RowCount, _parameters.JsonRowsMax))));
            execution.Report(new StepMetrics(input.RowCount, table.RowCount));
            return ValueTask.CompletedTask;
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLE_SCHEMA", e.Message, transient: false, e);
        }
    }

    private Table Select(Table table)
    {
        if (_parameters.LatestPer is { } group)
        {
            table = LatestOf(table, group, _parameters.LatestBy);
        }

        foreach (TableComputation computation in _parameters.Compute)
        {
            table = table.With(Compute(table, computation));
        }

        if (_parameters.Sort.Count > 0)
        {
            table = TableSort.Sort(table, [.. _parameters.Sort.Select(k => (k.Column, k.Descending))]);
        }

        if (_parameters.Limit > 0 && table.RowCount > _parameters.Limit)
        {
            table = table.Slice(0, _parameters.Limit);
        }

        if (_parameters.RankAs is { } rank)
        {
            var ranks = new long[table.RowCount];
            for (int i = 0; i < ranks.Length; i++)
            {
                ranks[i] = i + 1;
            }

            table = table.With(Int64Column.Create(rank, ranks));
        }

        return _parameters.Columns.Count > 0 ? table.Select([.. _parameters.Columns]) : table;
    }

    private static Table LatestOf(Table table, string group, string by)
    {
        int[] order = TableSort.Order(table, (group, false), (by, false));
        Column groups = table[group];
        var latest = new List<int>();
        for (int i = 0; i < order.Length; i++)
        {
            if (i + 1 == order.Length || groups.CompareRows(order[i], order[i + 1]) != 0)
            {
                latest.Add(order[i]);
            }
        }

        return table.Take(latest.ToArray());
    }

    internal static Float64Column Compute(Table table, TableComputation computation)
    {
        double[] left = Numbers(table[computation.Left]);
        double[]? right = computation.Right is null ? null : Numbers(table[computation.Right]);
        for (int i = 0; i < left.Length; i++)
        {
            double other = right is null ? computation.Value : right[i];
            left[i] = computation.Operation switch
            {
                TableOperation.Change => other == 0 ? double.NaN : (left[i] / other) - 1,
                TableOperation.Ratio => other == 0 ? double.NaN : left[i] / other,
                TableOperation.Difference => left[i] - other,
                TableOperation.Sum => left[i] + other,
                _ => left[i] * other,
            };
        }

        return Float64Column.Create(computation.Name, left);
    }

    private static double[] Numbers(Column column)
    {
        var numbers = new double[column.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = column switch
            {
                _ when column.IsNull(i) => double.NaN,
                Float64Column c => c.Values[i],
                Int64Column c => c.Values[i],
                DecimalColumn c => c.Units[i] / (double)DecimalUnits.Power(c.Scale),
                _ => throw new ArgumentException($"Column `{column.Name}` is {column.Type}; a computation needs numbers."),
            };
        }

        return numbers;
    }
}
