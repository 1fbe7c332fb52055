using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Control;

/// <summary>Runs a workflow once for each item and gathers the results in the order of the items.</summary>
public sealed class BatchSchedulerNode : INodeHandler
{
    private const int ItemsPort = 0;
    private const int RowsPort = 1;
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

    /// <summary>Runs the items.</summary>
    /// <exception cref="NodeException"><c>MISSING_INPUT</c>, <c>INPUT_TYPE</c>, <c>LIMIT_EXCEEDED</c>, <c>ITEMS_FAILED</c>, or a reason of the child runner.</exception>
    public async ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
    {
        JsonArray items = Items(execution);
        if (items.Count > FlowLimits.ItemsMax)
        {
            throw new NodeException("LIMIT_EXCEEDED", $"A fan-out may have {FlowLimits.ItemsMax} items, this one has {items.Count}.");
        }

        // Copied once: reading a JSON array by index from several threads is safe, but each item must stand alone.
        JsonNode?[] copies = [.. items.Select(item => item?.DeepClone())];
        var run = new BatchRun(_parameters, execution, copies.Length, index => copies[index]);
        execution.Progress(0, copies.Length);
        await run.RunAsync(cancellationToken);
        execution.SetOutput(ResultsPort, Results(run.Items));
        execution.SetOutput(TablePort, BatchTable.Build(copies, run.Items));
        Table[] tables = [.. run.Items.Select(FirstTable).OfType<Table>()];
        if (tables.Length > 0)
        {
            execution.SetOutput(TablesPort, Join(tables));
        }
        else
        {
            execution.SkipOutput(TablesPort);
        }

        execution.SetOutput(SummaryPort, Summary(run.Items));
        execution.Report(new StepMetrics(RowsIn: copies.Length, RowsOut: run.Items.Count(i => i.State == ItemState.Succeeded)));
    }

    private static JsonArray Items(NodeExecution execution)
    {
        if (execution.HasInput(ItemsPort))
        {
            JsonNode? items = execution.InputJson(ItemsPort);
            return items as JsonArray
                ?? throw new NodeException("INPUT_TYPE", $"The input 'items' of node '{execution.NodeId}' takes a list, got {items?.GetValueKind().ToString() ?? "null"}.");
        }

        if (!execution.HasInput(RowsPort))
        {
            throw new NodeException("MISSING_INPUT", $"Node '{execution.NodeId}' needs a list at 'items' or a table at 'rows'.");
        }

        Table rows = execution.InputTable(RowsPort);
        return rows.RowCount <= FlowLimits.ItemsMax
            ? TableJson.ToRows(rows)
            : throw new NodeException("LIMIT_EXCEEDED", $"A fan-out may have {FlowLimits.ItemsMax} items, this one has {rows.RowCount}.");
    }

    private static JsonArray Results(IReadOnlyList<BatchItem> items)
    {
        var results = new JsonArray();
        foreach (BatchItem item in items)
        {
            results.Add(item.State == ItemState.Succeeded ? ChildOutputs.AsJson(item.Result!) : (JsonNode?)null);
        }

        return results;
    }

    private static Table? FirstTable(BatchItem item)
    {
        if (item.State == ItemState.Succeeded)
        {
            foreach (NodeValue value in item.Result!.Outputs)
            {
                if (value.IsTable)
                {
                    return value.AsTable();
                }
            }
        }

        return null;
    }

    private static Table Join(Table[] tables)
    {
        try
        {
            return Table.Concat(tables);
        }
        catch (ArgumentException e)
        {
            throw new NodeException("TABLES_DIFFER", $"The children's tables cannot be joined: {e.Message}", transient: false, e);
        }
    }

    private static JsonObject Summary(IReadOnlyList<BatchItem> items)
    {
        var errors = new JsonArray();
        for (int i = 0; i < items.Count && errors.Count < 100; i++)
        {
            if (items[i].Error is { } error && items[i].State == ItemState.Failed)
            {
                errors.Add(new JsonObject { ["index"] = i, ["reason"] = error.Reason, ["message"] = error.Message });
            }
        }

        return new JsonObject
        {
            ["total"] = items.Count,
            ["succeeded"] = items.Count(i => i.State == ItemState.Succeeded),
            ["failed"] = items.Count(i => i.State == ItemState.Failed),
            ["cancelled"] = items.Count(i => i.State == ItemState.Cancelled),
            ["errors"] = errors,
        };
    }
}
