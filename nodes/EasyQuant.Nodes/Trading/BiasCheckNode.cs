using System.Text.Json.Nodes;
using EasyQuant.Domain;
using EasyQuant.Engine;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Trading;

/// <summary>Takes a backtest apart: truncated history, warm-up, delay, doubled costs, shuffled signals; puts out the verdicts. The run's seed is that of the shuffles.</summary>
public sealed class BiasCheckNode : INodeHandler
{
    private readonly BiasCheckParameters _parameters;
    private readonly BacktestSettings _settings;

    private BiasCheckNode(BiasCheckParameters parameters)
    {
        _parameters = parameters;
        _settings = BacktestSettingsReader.Read(new BacktestParameters
        {
            Strategy = parameters.Strategy, Cash = parameters.Cash, StartDate = parameters.StartDate, EndDate = parameters.EndDate,
        });
    }

    /// <summary>Adds the node type <c>BiasCheck</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BiasCheckParameters>(
        new NodeDefinitionTemplate
        {
            Type = "BiasCheck",
            Title = new LocalizedText("Bias check", "偏差检查"),
            Category = "trading",
            Icon = "audit",
            Description = new LocalizedText(
                "Re-runs a backtest to find look-ahead, short warm-up, fragile timing and thin profit.", "重跑回测以发现未来函数、预热不足、择时脆弱与利润过薄。"),
            Inputs = [.. StrategyInputs.Ports],
            Outputs =
            [
                new PortDefinition("report", PortType.Json, new LocalizedText("Verdicts", "结论")),
                new PortDefinition("outcome", PortType.Json, new LocalizedText("Worst outcome", "最差结论")),
            ],
        },
        parameters => new BiasCheckNode(parameters));

    /// <summary>Runs the checks.</summary>
    /// <exception cref="NodeException">
    /// <c>MISSING_INPUT</c> without bars; <c>STRATEGY_NOT_FOUND</c>, <c>UNKNOWN_PARAMETER</c>, <c>PARAMETER_TYPE</c>,
    /// <c>PARAMETER_OUT_OF_RANGE</c>, <c>PERIOD_EMPTY</c>, <c>RULE_BOOK_INVALID</c>; the reasons of <see cref="BarTableException"/>; those of the artifact store.
    /// </exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        using PanelLease lease = await StrategyInputs.PanelAsync(execution, _parameters.Data, cancellationToken);
        MarketPanel panel = lease.Panel;
        BiasOptions options = new() { Seed = execution.Run.Seed, ShuffleCount = _parameters.ShuffleCount, CutCount = _parameters.CutCount };
        RuleBook rules = BacktestTerms.Rules(_parameters.RuleBook is { } book ? execution.Evaluate(book) : null);
        try
        {
            BiasReport report = BiasChecks.Run(
                panel,
                _parameters.Strategy,
                StrategyInputs.Parameters(execution, _parameters.Parameters),
                _settings with { Seed = execution.Run.Seed },
                rules,
                options,
                (done, total) => execution.Progress(done, total),
                cancellationToken);
            execution.SetOutput(0, report.ToJson());
            execution.SetOutput(1, JsonValue.Create(BiasNames.Of(report.Outcome)));
        }
        catch (BacktestParameterException e)
        {
            throw new NodeException(e.Errors[0].Reason, e.Message, transient: false, e);
        }

        execution.Report(new StepMetrics(panel.BarCount, 0));
    }
}
