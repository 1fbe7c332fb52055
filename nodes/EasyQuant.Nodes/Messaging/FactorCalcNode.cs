using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Messaging;

/// <summary>
/// Adds float64 columns with factors, computed along runs of rows of one series in the order of the rows. Windows lie within one table or chunk: the first
/// rows of a series have no value, and a source that must not cut series keeps them whole in a chunk (<c>CsvLoader</c> does up to <c>chunkSize</c> rows).
/// </summary>
public sealed class FactorCalcNode : IStreamTransform
{
    private readonly FactorCalcParameters _parameters;

    private FactorCalcNode(FactorCalcParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>FactorCalc</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<FactorCalcParameters>(
        new NodeDefinitionTemplate
        {
            Type = "FactorCalc",
            Title = new LocalizedText("Factors", "因子计算"),
            Category = "data",
            Icon = "sigma",
            Description = new LocalizedText(
                "Adds columns with momentum, mean, bias and volatility over a window of rows of one symbol.", "按标的、按行窗口计算动量、均值、乖离与波动率，并增加列。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            Outputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Table", "表"))],
            StreamRole = StreamRole.Transform,
        },
        parameters => new FactorCalcNode(parameters));

    /// <summary>Computes the columns of a table.</summary>
    /// <exception cref="NodeException"><c>COLUMN_MISSING</c> or <c>COLUMN_TYPE</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table table = execution.InputTable(0);
        execution.SetOutput(0, Compute(table));
        execution.Report(new StepMetrics(table.RowCount, table.RowCount));
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<Table> StreamAsync(Table table, StreamExecution execution, CancellationToken cancellationToken) => ValueTask.FromResult(Compute(table));

    private Table Compute(Table table)
    {
        List<int> bounds = Series(table);
        var sources = new Dictionary<string, double[]>(StringComparer.Ordinal);
        foreach (FactorParameters factor in _parameters.Factors)
        {
            if (!sources.TryGetValue(factor.Column, out double[]? values))
            {
                values = Numbers(table, factor.Column);
                sources.Add(factor.Column, values);
            }

            var result = new double[values.Length];
            for (int i = 0; i + 1 < bounds.Count; i++)
            {
                Range range = bounds[i]..bounds[i + 1];
                Fill(factor, values.AsSpan(range), result.AsSpan(range));
            }

            table = table.With(Float64Column.Create(factor.Name, result));
        }

        return table;
    }

    private static void Fill(FactorParameters factor, ReadOnlySpan<double> values, Span<double> result)
    {
        switch (factor.Kind)
        {
            case FactorKind.Momentum:
                for (int i = 0; i < values.Length; i++)
                {
                    result[i] = i >= factor.Window ? Ratio(values[i], values[i - factor.Window]) : double.NaN;
                }

                break;
            case FactorKind.Mean or FactorKind.Bias:
                for (int i = 0; i < values.Length; i++)
                {
                    double mean = i + 1 >= factor.Window ? Mean(values.Slice(i + 1 - factor.Window, factor.Window)) : double.NaN;
                    result[i] = factor.Kind == FactorKind.Mean ? mean : Ratio(values[i], mean);
                }

                break;
            default:
                var returns = new double[values.Length];
                for (int i = 1; i < values.Length; i++)
                {
                    returns[i] = Ratio(values[i], values[i - 1]);
                }

                for (int i = 0; i < values.Length; i++)
                {
                    result[i] = i >= factor.Window && factor.Window > 1 ? Deviation(returns.AsSpan(i - factor.Window + 1, factor.Window)) : double.NaN;
                }

                break;
        }
    }

    private static double Ratio(double value, double other) => other == 0 ? double.NaN : (value / other) - 1;

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static double Deviation(ReadOnlySpan<double> returns)
    {
        double mean = Mean(returns);
        double squares = 0;
        foreach (double one in returns)
        {
            double distance = one - mean;
            squares += distance * distance;
        }

        return Math.Sqrt(squares / (returns.Length - 1));
    }

    // Where series begin, and the end.
    private List<int> Series(Table table)
    {
        var bounds = new List<int> { 0 };
        if (table.TryGetColumn(_parameters.By, out Column? by))
        {
            for (int row = 1; row < table.RowCount; row++)
            {
                if (by.CompareRows(row - 1, row) != 0)
                {
                    bounds.Add(row);
                }
            }
        }

        bounds.Add(table.RowCount);
        return bounds;
    }

    private static double[] Numbers(Table table, string name)
    {
        if (!table.TryGetColumn(name, out Column? column))
        {
            throw new NodeException("COLUMN_MISSING", $"The input has no column '{name}'; it has {string.Join(", ", table.Columns.Select(one => one.Name))}.");
        }

        var numbers = new double[column.Length];
        double scale = column is DecimalColumn decimals ? (double)DecimalUnits.Power(decimals.Scale) : 1;
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = column switch
            {
                _ when column.IsNull(i) => double.NaN,
                Float64Column c => c.Values[i],
                Int64Column c => c.Values[i],
                DecimalColumn c => c.Units[i] / scale,
                _ => throw new NodeException("COLUMN_TYPE", $"Column '{name}' is {column.Type}, expected a number."),
            };
        }

        return numbers;
    }
}
