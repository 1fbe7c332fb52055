using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Runs a workflow once for each item and gathers the results in the order of the items.</summary>
public sealed class BatchSchedulerNode : INodeHandler
{
    private const int ResultsPort = 0;
    private const int TablePort = 1;
    private const int TablesPort = 2;
    private const int SummaryPort = 3;

    private readonly BatchSchedulerParameters _parameters;

    private BatchSchedulerNode(BatchSchedulerParameters parameters) => _parameters = parameters;

    /// <summary>Adds the node type <c>BatchScheduler</c> to a catalog.</summary>
    public static void AddTo(NodeCatalog catalog) => catalog.Add<BatchSchedulerParameters>(
        new NodeDefinitionTemplate
        {
            Type = "BatchScheduler",
            Title = new LocalizedText("Batch", "批量调度"),
            Category = "control",
            Icon = "layers",
            Description = new LocalizedText(
                "Runs a workflow once for each item, several at a time, and gathers the results in the order of the items.",
                "对每一项运行一次目标工作流，可并发执行，并按输入顺序汇总结果。"),
            Inputs =
            [
                new PortDefinition("items", PortType.Json, new LocalizedText("Items", "列表"), Required: false),
                new PortDefinition("rows", PortType.Table, new LocalizedText("Rows as items", "以行为项"), Required: false),
            ],
            Outputs =
            [
                new PortDefinition("results", PortType.Json, new LocalizedText("Results", "结果")),
                new PortDefinition("table", PortType.Table, new LocalizedText("Results as table", "结果表")),
                new PortDefinition("tables", PortType.Table, new LocalizedText("Tables of the children, joined", "子结果表合并")),
                new PortDefinition("summary", PortType.Json, new LocalizedText("Summary", "汇总")),
            ],
        },
        parameters => new BatchSchedulerNode(parameters));

    /// <summary>Runs the items; goes on after those that an earlier execution of the step finished.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>, <c>INPUT_TYPE</c>, <c>LIMIT_EXCEEDED</c>, <c>ITEMS_FAILED</c>, <c>TABLES_DIFFER</c>, or a reason of the child runner.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        BatchSource source = BatchSource.From(execution);
        var executor = new BatchExecutor(_parameters, execution, source);
        await executor.RunAsync(cancellationToken);
        BatchState state = executor.State;
        if (state.Results() is { } results)
        {
            execution.SetOutput(ResultsPort, results);
        }
        else
        {
            execution.SkipOutput(ResultsPort);
        }

        execution.SetOutput(TablePort, state.BuildTable());
        if (await state.JoinTablesAsync(cancellationToken) is { } tables)
        {
            execution.SetOutput(TablesPort, tables);
        }
        else
        {
            execution.SkipOutput(TablesPort);
        }

        execution.SetOutput(SummaryPort, state.Summary(executor.Reason));
        execution.Progress(state.DoneCount, state.Count, $"{BatchText.Of(state.Place)}: {executor.Reason}");
        execution.Report(new StepMetrics(RowsIn: state.Count, RowsOut: state.SucceededCount));
    }
}
