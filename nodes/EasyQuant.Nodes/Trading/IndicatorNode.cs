using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;
using EasyQuant.Indicators;

namespace EasyQuant.Nodes.Trading;

/// <summary>
/// Adds a float64 column with an indicator, computed per symbol in order of trading_date; rows keep their order. Null values and warm-up
/// give null. A table without a symbol column is one series, without a trading_date column its rows are in order.
/// </summary>
public sealed class IndicatorNode : INodeHandler
{
    private readonly IndicatorParameters _parameters;
    private readonly string _output;

    private IndicatorNode(IndicatorParameters parameters)
    {
        _parameters = parameters;
        _output = string.IsNullOrEmpty(parameters.OutputColumn)
            ? string.Create(CultureInfo.InvariantCulture, $"{parameters.Indicator.ToString().ToLowerInvariant()}_{parameters.Period}")
            : parameters.OutputColumn;
    }

    private delegate void Batch(ReadOnlySpan<double> values, int period, Span<double> result);

    /// <summary>Adds the node type <c>Indicator</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<IndicatorParameters>(
        new NodeDefinitionTemplate
        {
            Type = "Indicator",
            Title = new LocalizedText("Indicator", "技术指标"),
            Category = "trading",
            Icon = "activity",
            Description = new LocalizedText(
                "Adds a column with SMA, EMA or RSI, computed for each symbol by date.", "按标的、按日期计算 SMA、EMA 或 RSI，并增加一列。"),
            Inputs = [new PortDefinition("bars", PortType.Table, new LocalizedText("Bars", "K 线"))],
            Outputs = [new PortDefinition("bars", PortType.Table, new LocalizedText("Bars with indicator", "带指标的 K 线"))],
        },
        parameters => new IndicatorNode(parameters));

    /// <summary>Computes the column.</summary>
    /// <exception cref="NodeException"><c>COLUMN_MISSING</c> or <c>COLUMN_TYPE</c>.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table bars = execution.InputTable(0);
        Column source = Column(bars, _parameters.Column);
        double[] result = new double[bars.RowCount];
        foreach (List<int> rows in RowsBySymbol(bars))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Compute(source, rows, result);
        }

        execution.SetOutput(0, bars.With(Float64Column.Create(_output, result)));
        execution.Report(new StepMetrics(bars.RowCount, bars.RowCount));
        return ValueTask.CompletedTask;
    }

    private static Column Column(Table bars, string name)
    {
        if (!bars.TryGetColumn(name, out Column? column))
        {
            throw new NodeException(
                "COLUMN_MISSING", $"The input has no column '{name}'; it has {string.Join(", ", bars.Columns.Select(one => one.Name))}.");
        }

        return column.Type is ColumnType.Float64 or ColumnType.Int64 or ColumnType.Decimal
            ? column
            : throw new NodeException("COLUMN_TYPE", $"Column '{name}' is {column.Type}, expected a number.");
    }

    private static IEnumerable<List<int>> RowsBySymbol(Table bars)
    {
        Dictionary<string, List<int>> groups = [];
        StringColumn? symbols = bars.TryGetColumn("symbol", out Column? column) ? column as StringColumn : null;
        List<int> current = [];
        ReadOnlySpan<byte> previous = default;
        for (int row = 0; row < bars.RowCount; row++)
        {
            ReadOnlySpan<byte> text = symbols is null ? default : symbols.GetUtf8(row);
            if (row == 0 || !text.SequenceEqual(previous))
            {
                string key = symbols?.GetString(row) ?? string.Empty;
                if (!groups.TryGetValue(key, out List<int>? group))
                {
                    group = [];
                    groups.Add(key, group);
                }

                current = group;
                previous = text;
            }

            current.Add(row);
        }

        if (bars.TryGetColumn("trading_date", out Column? dates) && dates is DateColumn days)
        {
            foreach (List<int> group in groups.Values)
            {
                SortByDay(group, days);
            }
        }

        return groups.Values;
    }

    private static void SortByDay(List<int> rows, DateColumn days)
    {
        for (int i = 1; i < rows.Count; i++)
        {
            if (days.Days[rows[i]] < days.Days[rows[i - 1]])
            {
                // Rows of one day keep their order: the row number breaks ties.
                rows.Sort((left, right) => (days.Days[left], left).CompareTo((days.Days[right], right)));
                return;
            }
        }
    }

    private void Compute(Column source, List<int> rows, double[] result)
    {
        double[] values = new double[rows.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ValueAt(source, rows[i]);
        }

        double[] computed = new double[values.Length];
        Batch batch = _parameters.Indicator switch
        {
            IndicatorKind.Ema => Ema.Compute,
            IndicatorKind.Rsi => Rsi.Compute,
            _ => Sma.Compute,
        };
        batch(values, _parameters.Period, computed);
        for (int i = 0; i < values.Length; i++)
        {
            result[rows[i]] = computed[i];
        }
    }

    private static double ValueAt(Column column, int row) => column.IsNull(row)
        ? double.NaN
        : column switch
        {
            Float64Column doubles => doubles.Values[row],
            Int64Column integers => integers.Values[row],
            _ => ((DecimalColumn)column).Units[row] / (double)ScaledDecimal.PowerOfTen(column.Scale),
        };
}
