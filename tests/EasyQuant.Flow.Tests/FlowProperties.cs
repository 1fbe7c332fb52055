using System.Text.Json.Nodes;
using EasyQuant.Flow.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EasyQuant.Flow.Tests;

/// <summary>What holds for every graph, shown on random ones. A graph is grown from a seed: edges lead from earlier to later nodes, ids are shuffled.</summary>
public sealed class FlowProperties
{
    [Fact]
    public void Json_AnyDefinition_IsReadBackToTheSameBytes() => ForSeeds(random =>
    {
        WorkflowDefinition definition = Graph(random);
        byte[] written = WorkflowJson.Write(definition);
        WorkflowParseResult parsed = WorkflowJson.Parse(written);
        return parsed.Definition is { } read
            && WorkflowJson.Write(read).AsSpan().SequenceEqual(written)
            && WorkflowJson.Parse(WorkflowJson.WriteIndented(read)).Definition is { } indented
            && WorkflowJson.Write(indented).AsSpan().SequenceEqual(written);
    });

    [Fact]
    public void Order_AnyGraph_RespectsEdgesAndIsStable() => ForSeeds(random =>
    {
        WorkflowDefinition definition = Graph(random);
        IReadOnlyList<string> order = PreparedGraph.Prepare(definition, new TestNodes().Catalog).Order;
        IReadOnlyList<string> again = PreparedGraph.Prepare(definition, new TestNodes().Catalog).Order;
        Dictionary<string, int> place = order.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i);
        return order.SequenceEqual(again) && definition.Edges.All(e => place[e.From.Split('.')[0]] < place[e.To.Split('.')[0]]);
    });

    [Fact]
    public void Execute_SameInputs_GiveTheSameOutputs() => ForSeeds(random =>
    {
        WorkflowDefinition definition = Graph(random);
        PreparedGraph warm = PreparedGraph.Prepare(definition, new TestNodes().Catalog);
        string first = Outputs(Run(warm, new RunOptions()));
        return first == Outputs(Run(warm, new RunOptions())) && first == Outputs(Run(PreparedGraph.Prepare(definition, new TestNodes().Catalog), null));
    });

    [Fact]
    public void Execute_OneStepFails_EverythingThatDoesNotDependOnItRunsAsBefore() => ForSeeds(random =>
    {
        WorkflowDefinition definition = Graph(random);
        RunResult whole = Run(PreparedGraph.Prepare(definition, new TestNodes().Catalog), new RunOptions());
        string victim = definition.Nodes[random.Next(definition.Nodes.Count)].Id;
        IReadOnlySet<string> below = RetryPlan.NodesToRepeat(definition, new TestNodes().Catalog, victim);
        definition = definition with { Nodes = [.. definition.Nodes.Select(node => node with { Retry = null })] };
        var nodes = new TestNodes { Victim = victim };
        var observer = new FakeObserver();
        bool isWatched = random.Next(2) == 0;
        RunResult broken = Run(PreparedGraph.Prepare(definition, nodes.Catalog), isWatched ? new RunOptions { Observer = observer } : null);
        if (!nodes.Ran.Contains(victim))
        {
            // A Split had left it out: nothing failed.
            return Outputs(broken) == Outputs(whole);
        }

        bool isIsolated = nodes.Ran.TrueForAll(id => id == victim || !below.Contains(id));
        bool isComplete = definition.Outputs.Select((output, i) => (Node: output.From.Split('.')[0], i)).All(output =>
            below.Contains(output.Node) ? broken.Outputs[output.i].IsEmpty : Text(broken.Outputs[output.i]) == Text(whole.Outputs[output.i]));
        bool isExplained = !isWatched || observer.Finished.Where(step => below.Contains(step.NodeId) && step.NodeId != victim)
            .All(step => step.State == StepState.Skipped && step.Error == StepErrors.Upstream(victim));
        return broken.State == RunState.Failed && broken.Error?.NodeId == victim && isIsolated && isComplete && isExplained
            && (!isWatched || observer.Finished.Count == definition.Nodes.Count);
    });

    [Fact]
    public void Execute_ResumedAfterAnyStep_EqualsTheUninterruptedRun() => ForSeeds(random =>
    {
        WorkflowDefinition definition = Graph(random);
        PreparedGraph graph = PreparedGraph.Prepare(definition, new TestNodes().Catalog);
        var observer = new FakeObserver();
        string whole = Outputs(Run(graph, new RunOptions { Observer = observer }));
        int kept = random.Next(observer.Finished.Count + 1);
        Dictionary<string, FinishedStep> finished = observer.Finished.Take(kept).ToDictionary(
            f => f.NodeId,
            f => new FinishedStep(
                f.State,
                f.Outputs.Select((value, i) => (f.Definition.Outputs[i].Name, value)).Where(o => !o.value.IsEmpty).ToDictionary(o => o.Name, o => o.value),
                f.Metrics.RowsOut));
        var nodes = new TestNodes();
        string resumed = Outputs(Run(PreparedGraph.Prepare(definition, nodes.Catalog), new RunOptions { Finished = finished }));
        return whole == resumed && !nodes.Ran.Any(finished.ContainsKey);
    });

    [Fact]
    public void Expression_ValueThatLooksLikeAnExpression_IsNeverEvaluated() => Prop.ForAll<NonNull<string>>(text =>
    {
        string hostile = "${inputs.b}" + text.Get + "${run.id}";
        var values = new JsonObject { ["a"] = hostile };
        JsonNode? result = JsonTemplate.Compile(JsonValue.Create("x ${inputs.a}")).Evaluate(new Values(values));
        return result!.GetValue<string>() == "x " + hostile;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Expression_AnyText_CompilesOrIsRefusedAndNeverThrowsOtherwise() => Prop.ForAll<NonNull<string>>(text =>
    {
        var errors = new List<(string Pointer, string Message)>();
        JsonTemplate.Compile(JsonValue.Create("${" + text.Get + "}"), errors);
        return true;
    }).QuickCheckThrowOnFailure();

    private static void ForSeeds(Func<Random, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => holds(new Random(seed))).QuickCheckThrowOnFailure();

    private static RunResult Run(PreparedGraph graph, RunOptions? options)
    {
        ValueTask<RunResult> run = options is null
            ? graph.ExecuteAsync(Flows.Run(("x", 3)), Flows.Services, CancellationToken.None)
            : graph.ExecuteAsync(Flows.Run(("x", 3)), Flows.Services, options, CancellationToken.None);
        Assert.True(run.IsCompleted);
        return run.Result;
    }

    private static string Outputs(RunResult result) =>
        $"{result.State} {result.Error} {string.Join(';', result.Outputs.Select(Text))}";

    private static string? Text(NodeValue value) => value.IsEmpty ? "-" : value.AsJson()?.ToJsonString();

    private static WorkflowDefinition Graph(Random random)
    {
        int count = random.Next(1, 12);
        string[] ids = [.. Enumerable.Range(0, count).Select(i => $"n{i}")];
        random.Shuffle(ids);
        var nodes = new List<WorkflowNode>();
        var edges = new List<WorkflowEdge>();
        for (int i = 0; i < count; i++)
        {
            string type = i == 0 || random.Next(4) == 0 ? "Value" : random.Next(4) == 0 ? "Split" : "Plus";
            nodes.Add(new WorkflowNode
            {
                Id = ids[i],
                Type = type,
                Params = type switch
                {
                    "Value" => new JsonObject { ["value"] = random.Next(2) == 0 ? "${inputs.x}" : random.Next(-9, 9) },
                    "Split" => new JsonObject { ["isYes"] = random.Next(2) == 0 },
                    _ => new JsonObject { ["amount"] = random.Next(-9, 9) },
                },
                Position = random.Next(2) == 0 ? null : new NodePosition(random.Next(-500, 500) / 4.0, random.NextDouble()),
                Timeout = random.Next(8) == 0 ? TimeSpan.FromTicks(random.NextInt64(TimeSpan.TicksPerMinute, TimeSpan.TicksPerHour)) : null,
                Retry = random.Next(8) == 0 ? new RetryPolicy { MaxAttempts = random.Next(1, 5), Delay = TimeSpan.FromMilliseconds(random.Next(1000)) } : null,
                Notes = random.Next(4) == 0 ? "说明 \"" + random.Next() + "\"\n" : "",
            });
            if (type != "Value")
            {
                edges.Add(new WorkflowEdge(Port(random, nodes, random.Next(i)), $"{ids[i]}.value"));
                if (type == "Plus" && random.Next(2) == 0)
                {
                    edges.Add(new WorkflowEdge(Port(random, nodes, random.Next(i)), $"{ids[i]}.other"));
                }
            }
        }

        WorkflowNode[] shuffled = [.. nodes];
        random.Shuffle(shuffled);
        return new WorkflowDefinition
        {
            Name = "random",
            Title = random.Next(2) == 0 ? null : new LocalizedText("Title", "标题"),
            Inputs = [new WorkflowInput { Name = "x", Type = "integer", HasDefault = true, Default = 7 }],
            Outputs = [.. nodes.Select((n, i) => new WorkflowOutput($"o{i}", Port(random, nodes, i)))],
            Nodes = shuffled,
            Edges = edges,
        };
    }

    private static string Port(Random random, List<WorkflowNode> nodes, int index) =>
        $"{nodes[index].Id}.{(nodes[index].Type == "Split" ? (random.Next(2) == 0 ? "yes" : "no") : "value")}";

    private sealed class Values(JsonObject inputs) : IExpressionScope
    {
        public JsonNode? Resolve(FlowExpression expression) => inputs[expression.Name];
    }
}
