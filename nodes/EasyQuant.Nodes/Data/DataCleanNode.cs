using System.Globalization;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Data;

/// <summary>Judges and cleans daily bars; bad data can block the run.</summary>
public sealed class DataCleanNode : INodeHandler
{
    private const int FindingsInErrorMax = 5;
    private readonly QualityOptions _options;
    private readonly double _minimumScore;
    private readonly DataCleanParameters _parameters;

    private DataCleanNode(DataCleanParameters parameters)
    {
        _minimumScore = parameters.MinimumScore;
        _parameters = parameters;
        _options = new QualityOptions
        {
            Duplicates = parameters.Duplicates,
            BadPrices = parameters.BadPrices,
            ZeroVolume = parameters.ZeroVolume,
            OutlierReturn = parameters.OutlierReturn,
            Rules = parameters.PriceLimits == LimitPolicy.Off ? null : RuleBook.China,
            LimitBreaches = parameters.PriceLimits switch { LimitPolicy.Drop => BadBarPolicy.Drop, LimitPolicy.Error => BadBarPolicy.Error, _ => BadBarPolicy.Keep },
            AsOf = BarParameters.Date("asOf", parameters.AsOf),
            StaleAfterDays = parameters.StaleAfterDays,
        };
    }

    /// <summary>Adds the node type <c>DataClean</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<DataCleanParameters>(
        new NodeDefinitionTemplate
        {
            Type = "DataClean",
            Title = new LocalizedText("Clean data", "数据清洗"),
            Category = "data",
            Icon = "sparkles",
            Description = new LocalizedText(
                "Removes duplicates and impossible bars, reports gaps and outliers, and fails when the quality is too low.", "去除重复与不合理的行，报告缺口与异常值；质量过低时失败。"),
            Inputs = [new PortDefinition("table", PortType.Table, new LocalizedText("Bars", "日线"))],
            Outputs =
            [
                new PortDefinition("table", PortType.Table, new LocalizedText("Clean bars", "清洗后的日线")),
                new PortDefinition("report", PortType.Json, new LocalizedText("Quality report", "质量报告")),
            ],
        },
        parameters => new DataCleanNode(parameters));

    /// <summary>Cleans the table.</summary>
    /// <exception cref="NodeException"><c>DATA_QUALITY_BLOCKED</c> with the worst findings; <c>TABLE_SCHEMA</c> when the input is no bar table.</exception>
    public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        Table bars = execution.InputTable(0);
        QualityResult result;
        try
        {
            result = DataQuality.Clean(bars, OptionsFor(execution, bars));
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLE_SCHEMA", e.Message, transient: false, e);
        }

        QualityReport report = result.Report;
        execution.Report(new StepMetrics(bars.RowCount, result.Table.RowCount, report.Score));
        if (report.BlockedBy.Count > 0 || report.Score < _minimumScore)
        {
            throw new NodeException("DATA_QUALITY_BLOCKED", Blocked(report));
        }

        execution.SetOutput(0, result.Table);
        execution.SetOutput(1, report.ToJson());
        return ValueTask.CompletedTask;
    }

    private QualityOptions OptionsFor(NodeExecution execution, Table bars)
    {
        try
        {
            return _options with
            {
                Calendar = _parameters.Calendar == QualityCalendar.China ? PanelSaveNode.China(bars, _options.AsOf) : null,
                Facts = BarParameters.Facts(execution, _parameters.FactsPath),
            };
        }
        catch (PanelException e)
        {
            throw new NodeException(e.Reason, e.Message, transient: false, e);
        }
    }

    private string Blocked(QualityReport report)
    {
        string why = report.BlockedBy.Count > 0
            ? "a policy forbids " + string.Join(", ", report.BlockedBy)
            : string.Create(CultureInfo.InvariantCulture, $"the score {report.Score:0.######} is below {_minimumScore}");
        IEnumerable<QualityFinding> worst = report.Findings.Where(f => report.BlockedBy.Count == 0 || report.BlockedBy.Contains(f.Kind));
        return $"Blocked: {why}. Worst findings: {string.Join("; ", worst.Take(FindingsInErrorMax))}.";
    }
}
