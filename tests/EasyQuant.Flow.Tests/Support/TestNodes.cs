using System.Text.Json.Nodes;
using EasyQuant.Data;

namespace EasyQuant.Flow.Tests.Support;

/// <summary>Small node types for tests, and the counters that tell what they did.</summary>
internal sealed class TestNodes
{
    /// <summary>What the node Grow allocates at once, before and after it waits, and at the same time on another thread.</summary>
    public const int GrowBytes = 1_000_000;

    private static readonly LocalizedText s_text = new("Text", "文本");

    public TestNodes()
    {
        PortDefinition value = new("value", PortType.Json, s_text);
        PortDefinition other = new("other", PortType.Json, s_text, Required: false);
        PortDefinition table = new("table", PortType.Table, s_text);
        Add<ValueParameters>("Value", [], [value], p => new Lambda((e, _) =>
        {
            e.SetOutput(0, e.Evaluate(p.Value));
            return ValueTask.CompletedTask;
        }));
        Add<PlusParameters>("Plus", [value, other], [value], p => new Lambda((e, _) =>
        {
            long sum = p.Amount;
            sum += e.HasInput(0) ? Number(e.InputJson(0)) : 0;
            sum += e.HasInput(1) ? Number(e.InputJson(1)) : 0;
            e.SetOutput(0, JsonValue.Create(sum));
            return ValueTask.CompletedTask;
        }));
        Add<SplitParameters>("Split", [value], [new PortDefinition("yes", PortType.Json, s_text), new PortDefinition("no", PortType.Json, s_text)], p => new Lambda((e, _) =>
        {
            e.SetOutput(p.IsYes ? "yes" : "no", e.InputJson(0));
            e.SkipOutput(p.IsYes ? "no" : "yes");
            return ValueTask.CompletedTask;
        }));
        Add<RowsParameters>("Rows", [], [table], p => new Lambda((e, _) =>
        {
            e.SetOutput(0, new Table([Int64Column.Create("n", Enumerable.Range(0, p.Count).Select(i => (long)i).ToArray())]));
            return ValueTask.CompletedTask;
        }));
        Add<NoParameters>("Count", [table], [value], _ => new Lambda((e, _) =>
        {
            e.SetOutput(0, JsonValue.Create(e.InputTable(0).RowCount));
            return ValueTask.CompletedTask;
        }));
        Add<FailParameters>("Fail", [other with { Name = "value" }], [value], p => new Lambda((e, _) =>
        {
            if (e.Attempt <= p.Times)
            {
                throw new NodeException("TEST_FAILURE", $"Attempt {e.Attempt} fails.", p.IsTransient);
            }

            e.SetOutput(0, JsonValue.Create(e.Attempt));
            return ValueTask.CompletedTask;
        }));
        Add<NoParameters>("Wait", [other with { Name = "value" }], [value], _ => new Lambda(async (e, token) =>
        {
            Waiting.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }));
        Add<NoParameters>("Yield", [value], [value], _ => new Lambda(async (e, token) =>
        {
            JsonNode? input = e.InputJson(0);
            await Task.Yield();
            e.SetOutput(0, input);
        }));
        Add<NoParameters>("Grow", [], [value], _ => new Lambda(async (e, token) =>
        {
            GC.KeepAlive(new byte[GrowBytes]);
            await Task.Yield();
            GC.KeepAlive(new byte[GrowBytes]);
            await Task.Run(() => GC.KeepAlive(new byte[GrowBytes]), token);
            e.SetOutput(0, JsonValue.Create(1));
        }));
        Add<NoParameters>("YieldFail", [value], [value], _ => new Lambda(async (e, token) =>
        {
            await Task.Yield();
            throw new NodeException("TEST_FAILURE", "It fails later.");
        }));
        Add<CallParameters>("Call", [], [value], p => new Lambda(async (e, token) =>
        {
            ChildRunResult result = await e.Services.Require<IChildRunner>("children").RunAsync(
                new ChildRunRequest { Workflow = p.Workflow, Context = e.Run, Services = e.Services }, token);
            if (result.Error is { } error)
            {
                throw new NodeException(error.Reason, error.Message);
            }

            e.SetOutput(0, result.Outputs.Count > 0 ? result.Outputs[0].AsJson() : null);
        }));
    }

    public NodeCatalog Catalog { get; } = new();

    /// <summary>Node ids in the order in which handlers ran.</summary>
    public List<string> Ran { get; } = [];

    /// <summary>Gets the node whose handler throws; null for none.</summary>
    public string? Victim { get; init; }

    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static long Number(JsonNode? value) => long.Parse(value!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    private void Add<T>(string type, PortDefinition[] inputs, PortDefinition[] outputs, Func<T, Lambda> create)
        where T : class => Catalog.Add<T>(
            new NodeDefinitionTemplate { Type = type, Title = s_text, Category = "control", Icon = "box", Description = s_text, Inputs = inputs, Outputs = outputs },
            parameters => new Recorder(this, create(parameters)));

    public sealed record ValueParameters
    {
        public JsonTemplate Value { get; init; } = JsonTemplate.Compile(null);
    }

    public sealed record PlusParameters
    {
        [Bounds(-1000, 1000)]
        [Title("Amount", "数量")]
        public long Amount { get; init; } = 1;
    }

    public sealed record SplitParameters
    {
        public bool IsYes { get; init; }
    }

    public sealed record RowsParameters
    {
        [Bounds(0, 1000)]
        public required int Count { get; init; }
    }

    public sealed record FailParameters
    {
        public int Times { get; init; } = 1;

        public bool IsTransient { get; init; }
    }

    public sealed record CallParameters
    {
        [WorkflowReference]
        public required string Workflow { get; init; }
    }

    private sealed class Lambda(Func<NodeExecution, CancellationToken, ValueTask> run) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken) => run(execution, cancellationToken);
    }

    private sealed class Recorder(TestNodes nodes, Lambda inner) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            lock (nodes.Ran)
            {
                nodes.Ran.Add(execution.NodeId);
            }

            return execution.NodeId == nodes.Victim ? throw new NodeException("TEST_VICTIM", "It fails.") : inner.RunAsync(execution, cancellationToken);
        }
    }
}
