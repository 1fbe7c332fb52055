using System.Diagnostics;
using System.Text.Json.Nodes;
using EasyQuant.Flow;

namespace EasyQuant.Bench.Flow;

/// <summary>Speed of the graph runner on a chain of five trivial nodes: warm executions, cold ones (validate, bind, run), time and memory a node.</summary>
public static class FlowBench
{
    private const int Nodes = 5;
    private const int Rounds = 5;
    private const double WarmReference = 200_000;
    private const double ColdReference = 20_000;
    private const double NodeReferenceMicroseconds = 1;

    /// <summary>Runs the bench and prints one JSON line a metric. The references are the rates to reach.</summary>
    /// <param name="args">Not used.</param>
    /// <param name="cancellationToken">Stops between two rounds.</param>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        NodeCatalog catalog = Catalog();
        WorkflowDefinition definition = Chain();
        var services = new NodeServices(TimeProvider.System);
        var context = new RunContext
        {
            RunId = "00000000-0000-7000-8000-000000000000",
            ProjectId = "default",
            Inputs = new Dictionary<string, JsonNode?> { ["start"] = 1L },
        };
        PreparedGraph graph = PreparedGraph.Prepare(definition, catalog);
        double warm = 0;
        double cold = 0;
        double allocated = 0;
        for (int round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            (double rate, double bytes) = await WarmAsync(graph, context, services, TimeSpan.FromSeconds(1), cancellationToken);
            if (rate > warm)
            {
                (warm, allocated) = (rate, bytes);
            }

            cold = Math.Max(cold, await ColdAsync(definition, catalog, context, services, TimeSpan.FromSeconds(1), cancellationToken));
        }

        double node = 1e6 / warm / Nodes;
        BenchLine.Print("flow", "warm_executions", warm, "1/s", "target 200000");
        BenchLine.Print("flow", "cold_executions", cold, "1/s", "target 20000");
        BenchLine.Print("flow", "node_time", node, "us", "target 1");
        BenchLine.Print("flow", "warm_allocation", allocated, "B", null);
        BenchLine.Print("flow", "ratio", Math.Min(Math.Min(warm / WarmReference, cold / ColdReference), NodeReferenceMicroseconds / node), "", null);
        return 0;
    }

    private static async Task<(double Rate, double Bytes)> WarmAsync(
        PreparedGraph graph, RunContext context, NodeServices services, TimeSpan duration, CancellationToken cancellationToken)
    {
        long count = 0;
        long bytes = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
        {
            for (int i = 0; i < 1000; i++)
            {
                RunResult result = await graph.ExecuteAsync(context, services, cancellationToken);
                Check(result);
            }

            count += 1000;
        }

        return (count / watch.Elapsed.TotalSeconds, (GC.GetTotalAllocatedBytes() - bytes) / (double)count);
    }

    private static async Task<double> ColdAsync(
        WorkflowDefinition definition,
        NodeCatalog catalog,
        RunContext context,
        NodeServices services,
        TimeSpan duration,
        CancellationToken cancellationToken)
    {
        long count = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
        {
            for (int i = 0; i < 100; i++)
            {
                IReadOnlyList<FlowError> errors = WorkflowValidator.Validate(definition, catalog, static (_, _) => null);
                if (errors.Count > 0)
                {
                    throw new InvalidOperationException(errors[0].Message);
                }

                Check(await PreparedGraph.Prepare(definition, catalog).ExecuteAsync(context, services, cancellationToken));
            }

            count += 100;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    private static void Check(RunResult result)
    {
        if (result.State != RunState.Succeeded || result.Outputs[0].AsJson()!.GetValue<long>() != 16)
        {
            throw new InvalidOperationException($"Expected 16, got {result.State} {result.Error?.Message}.");
        }
    }

    // start = 1, then doubled four times.
    private static WorkflowDefinition Chain()
    {
        string nodes = string.Join(',', Enumerable.Range(1, Nodes - 1).Select(i =>
            $$$"""{"id":"n{{{i}}}","type":"Scale","params":{"factor":2}}"""));
        string edges = string.Join(',', Enumerable.Range(1, Nodes - 1).Select(i => $$"""{"from":"n{{i - 1}}.value","to":"n{{i}}.value"}"""));
        string json = $$$"""
            {"schema":"easyquant/workflow/1","name":"chain","inputs":[{"name":"start","type":"integer","required":true}],
             "outputs":[{"name":"end","from":"n{{{Nodes - 1}}}.value"}],
             "nodes":[{"id":"n0","type":"Start","params":{"value":"${inputs.start}"}},{{{nodes}}}],"edges":[{{{edges}}}]}
            """;
        WorkflowParseResult parsed = WorkflowJson.Parse(System.Text.Encoding.UTF8.GetBytes(json));
        return parsed.Definition ?? throw new InvalidOperationException(parsed.Errors[0].Message);
    }

    private static NodeCatalog Catalog()
    {
        var text = new LocalizedText("-", "-");
        var input = new PortDefinition("value", PortType.Json, text);
        var catalog = new NodeCatalog();
        catalog.Add<StartParameters>(
            new NodeDefinitionTemplate { Type = "Start", Title = text, Category = "control", Icon = "-", Description = text, Outputs = [input] },
            parameters => new StartNode(parameters));
        catalog.Add<ScaleParameters>(
            new NodeDefinitionTemplate { Type = "Scale", Title = text, Category = "control", Icon = "-", Description = text, Inputs = [input], Outputs = [input] },
            parameters => new ScaleNode(parameters));
        return catalog;
    }

    private sealed record StartParameters
    {
        public required JsonTemplate Value { get; init; }
    }

    private sealed record ScaleParameters
    {
        [Bounds(0, 1000)]
        public long Factor { get; init; } = 1;
    }

    private sealed class StartNode(StartParameters parameters) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            execution.SetOutput(0, execution.Evaluate(parameters.Value));
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ScaleNode(ScaleParameters parameters) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            long value = execution.InputJson(0)!.GetValue<long>();
            execution.SetOutput(0, JsonValue.Create(value * parameters.Factor));
            return ValueTask.CompletedTask;
        }
    }
}
