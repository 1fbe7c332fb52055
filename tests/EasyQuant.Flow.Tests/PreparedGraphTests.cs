using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow.Tests.Support;

namespace EasyQuant.Flow.Tests;

public sealed class PreparedGraphTests
{
    private const string Sum =
        """
        "inputs":[{"name":"start","type":"integer","default":10}],"outputs":[{"name":"end","from":"c.value"}],
        "nodes":[{"id":"c","type":"Plus","params":{"amount":100}},{"id":"b","type":"Plus"},{"id":"a","type":"Value","params":{"value":"${inputs.start}"}}],
        "edges":[{"from":"a.value","to":"b.value"},{"from":"b.value","to":"c.value"}]
        """;

    private readonly TestNodes _nodes = new();

    [Fact]
    public async Task Execute_Chain_GivesItsOutput()
    {
        RunResult result = await ExecuteAsync(Sum);
        Assert.Equal(RunState.Succeeded, result.State);
        Assert.Equal(111, result.Output("end").AsJson()!.GetValue<long>());
        Assert.Equal(["a", "b", "c"], _nodes.Ran);
    }

    [Fact]
    public async Task Execute_Warm_GivesTheSameEveryTime()
    {
        PreparedGraph graph = PreparedGraph.Prepare(Flows.Parse(Sum), _nodes.Catalog);
        for (int i = 0; i < 100; i++)
        {
            RunResult result = await graph.ExecuteAsync(Flows.Run(("start", i)), Flows.Services, CancellationToken.None);
            Assert.Equal(i + 101, result.Output("end").AsJson()!.GetValue<long>());
        }
    }

    [Theory]
    [InlineData("other", "1", "INPUT_UNKNOWN")]
    [InlineData("start", "\"x\"", "INPUT_TYPE")]
    public async Task Execute_BadInput_IsRefusedAndTheGraphStaysUsable(string name, string json, string reason)
    {
        PreparedGraph graph = PreparedGraph.Prepare(Flows.Parse(Sum), _nodes.Catalog);
        WorkflowInvalidException e = await Assert.ThrowsAsync<WorkflowInvalidException>(
            async () => await graph.ExecuteAsync(Flows.Run((name, JsonNode.Parse(json))), Flows.Services, CancellationToken.None));
        Assert.Equal(reason, Assert.Single(e.Errors).Reason);
        Assert.Equal(RunState.Succeeded, (await graph.ExecuteAsync(Flows.Run(), Flows.Services, CancellationToken.None)).State);
    }

    [Fact]
    public async Task Execute_MissingInput_IsRefused()
    {
        WorkflowInvalidException e = await Assert.ThrowsAsync<WorkflowInvalidException>(
            () => ExecuteAsync("""  "inputs":[{"name":"x","type":"string","required":true}]  """));
        Assert.Equal("INPUT_MISSING", Assert.Single(e.Errors).Reason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Execute_Branch_SkipsTheOtherSide(bool isYes)
    {
        var observer = new FakeObserver();
        RunResult result = await ExecuteAsync(
            $$$"""
            "outputs":[{"name":"end","from":"join.value"}],
            "nodes":[{"id":"a","type":"Value","params":{"value":1}},{"id":"s","type":"Split","params":{"isYes":{{{(isYes ? "true" : "false")}}}}},
              {"id":"y","type":"Plus","params":{"amount":10}},{"id":"n","type":"Plus","params":{"amount":20}},{"id":"n2","type":"Plus"},{"id":"join","type":"Plus","params":{"amount":0}}],
            "edges":[{"from":"a.value","to":"s.value"},{"from":"s.yes","to":"y.value"},{"from":"s.no","to":"n.value"},{"from":"n.value","to":"n2.value"},
              {"from":"a.value","to":"join.value"},{"from":"y.value","to":"join.other"}]
            """,
            new RunOptions { Observer = observer });
        Assert.Equal(RunState.Succeeded, result.State);
        Assert.Equal(isYes ? 12 : 1, result.Output("end").AsJson()!.GetValue<long>());
        Assert.Equal(isYes ? ["n", "n2"] : ["y"], observer.Finished.Where(f => f.State == StepState.Skipped).Select(f => f.NodeId));
    }

    [Fact]
    public async Task Execute_FailingStep_FailsTheRunWithItsReason()
    {
        RunResult result = await ExecuteAsync("""  "nodes":[{"id":"f","type":"Fail"},{"id":"p","type":"Plus"}],"edges":[{"from":"f.value","to":"p.value"}]  """);
        Assert.Equal(RunState.Failed, result.State);
        Assert.Equal(new StepError("TEST_FAILURE", "Attempt 1 fails.", "f"), result.Error);
        Assert.Equal(["f"], _nodes.Ran);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Execute_FailingBranch_LeavesTheOtherAloneAndSkipsWhatDepends(bool isWatched)
    {
        var observer = new FakeObserver();
        RunResult result = await ExecuteAsync(
            """
            "outputs":[{"name":"end","from":"y.value"}],
            "nodes":[{"id":"f","type":"Fail"},{"id":"x","type":"Value","params":{"value":4}},{"id":"direct","type":"Plus"},{"id":"y","type":"Plus"},
              {"id":"both","type":"Plus"},{"id":"read","type":"Value","params":{"value":"${nodes.direct.value}"}},{"id":"second","type":"Fail"}],
            "edges":[{"from":"f.value","to":"direct.value"},{"from":"x.value","to":"y.value"},{"from":"x.value","to":"both.value"},{"from":"direct.value","to":"both.other"},
              {"from":"x.value","to":"second.value"}]
            """,
            isWatched ? new RunOptions { Observer = observer } : null);
        Assert.Equal(RunState.Failed, result.State);
        Assert.Equal(new StepError("TEST_FAILURE", "Attempt 1 fails.", "f"), result.Error);
        Assert.Equal(5, result.Output("end").AsJson()!.GetValue<long>());
        Assert.Equal(["f", "second", "x", "y"], _nodes.Ran.Order(StringComparer.Ordinal));
        StepFinished[] skipped = [.. observer.Finished.Where(step => step.State == StepState.Skipped)];
        Assert.Equal(isWatched ? ["both", "direct", "read"] : [], skipped.Select(step => step.NodeId).Order(StringComparer.Ordinal));
        Assert.All(skipped, step => Assert.Equal(StepErrors.Upstream("f"), step.Error));
    }

    [Fact]
    public async Task Execute_FailureOfAnEarlierExecution_StaysFailedAndTheRestGoesOn()
    {
        const string Body =
            """
            "nodes":[{"id":"f","type":"Fail","params":{"times":0}},{"id":"d","type":"Plus"},{"id":"e","type":"Plus","params":{"amount":2}},{"id":"x","type":"Value","params":{"value":1}}],
            "edges":[{"from":"f.value","to":"d.value"},{"from":"x.value","to":"e.value"},{"from":"d.value","to":"e.other"}]
            """;
        var failure = new StepError("TEST_FAILURE", "Before.", "f");
        var finished = new Dictionary<string, FinishedStep>
        {
            ["f"] = new(StepState.Failed, FinishedStep.NoOutputs, 0, failure),
            ["d"] = new(StepState.Skipped, FinishedStep.NoOutputs, 0, StepErrors.Upstream("f")),
        };
        RunResult result = await ExecuteAsync(Body, new RunOptions { Finished = finished });
        Assert.Equal((RunState.Failed, failure), (result.State, result.Error));
        Assert.Equal(["x"], _nodes.Ran);
    }

    [Fact]
    public async Task Execute_AsynchronousFailure_LeavesTheOtherBranchAlone()
    {
        RunResult result = await ExecuteAsync(
            """
            "outputs":[{"name":"end","from":"y.value"}],
            "nodes":[{"id":"a","type":"Value","params":{"value":4}},{"id":"f","type":"YieldFail"},{"id":"p","type":"Plus"},{"id":"y","type":"Plus"}],
            "edges":[{"from":"a.value","to":"f.value"},{"from":"f.value","to":"p.value"},{"from":"a.value","to":"y.value"}]
            """);
        Assert.Equal((RunState.Failed, "f"), (result.State, result.Error?.NodeId));
        Assert.Equal(5, result.Output("end").AsJson()!.GetValue<long>());
        Assert.DoesNotContain("p", _nodes.Ran);
    }

    [Fact]
    public async Task Execute_StepsThatWait_AreMeasuredOnEveryThread()
    {
        var observer = new FakeObserver();
        await ExecuteAsync("""  "nodes":[{"id":"a","type":"Grow"},{"id":"b","type":"Value","params":{"value":1}},{"id":"c","type":"Yield"}],"edges":[{"from":"b.value","to":"c.value"}]  """, new RunOptions { Observer = observer });
        Assert.Equal(["a", "b", "c"], observer.Finished.Select(step => step.NodeId).Order(StringComparer.Ordinal));
        Assert.InRange(observer.Finished.Single(step => step.NodeId == "a").AllocatedBytes, 3 * TestNodes.GrowBytes, 4 * TestNodes.GrowBytes);
        // What the first one took is not theirs.
        Assert.All(observer.Finished.Where(step => step.NodeId != "a"), step => Assert.InRange(step.AllocatedBytes, 1, TestNodes.GrowBytes / 2));
    }

    [Fact]
    public async Task Execute_RetryPolicy_WaitsLongerEachTime()
    {
        var observer = new FakeObserver();
        RunResult result = await ExecuteAsync(
            """  "outputs":[{"name":"o","from":"f.value"}],"nodes":[{"id":"f","type":"Fail","params":{"times":2},"retry":{"maxAttempts":3,"delay":"0.002s","backoff":4,"maxDelay":"0.005s"}}]  """,
            new RunOptions { Observer = observer });
        Assert.Equal(3, result.Output("o").AsJson()!.GetValue<int>());
        Assert.Equal(["start f 1", "retry f 1 0.002", "start f 2", "retry f 2 0.005", "start f 3", "succeeded f 3"], observer.Log);
    }

    [Theory]
    [InlineData(true, RunState.Succeeded)]
    [InlineData(false, RunState.Failed)]
    public async Task Execute_TransientOnly_RetriesOnlyTransientFailures(bool isTransient, RunState expected)
    {
        RunResult result = await ExecuteAsync(
            $$$"""  "nodes":[{"id":"f","type":"Fail","params":{"isTransient":{{{(isTransient ? "true" : "false")}}}},"retry":{"maxAttempts":2,"delay":"0s","transientOnly":true}}]  """);
        Assert.Equal(expected, result.State);
    }

    [Fact]
    public async Task Execute_Timeout_FailsTheStep()
    {
        RunResult result = await ExecuteAsync("""  "nodes":[{"id":"w","type":"Wait","timeout":"0.02s"}]  """);
        Assert.Equal("STEP_TIMEOUT", result.Error?.Reason);
        Assert.True(result.Error!.IsTransient);
    }

    [Fact]
    public async Task Execute_Cancelled_EndsAsCancelled()
    {
        using var stop = new CancellationTokenSource();
        PreparedGraph graph = PreparedGraph.Prepare(Flows.Parse("""  "nodes":[{"id":"w","type":"Wait"}]  """), _nodes.Catalog);
        Task<RunResult> run = graph.ExecuteAsync(Flows.Run(), Flows.Services, stop.Token).AsTask();
        await _nodes.Waiting.Task.WaitAsync(TimeSpan.FromMinutes(4));
        await stop.CancelAsync();
        Assert.Equal(RunState.Cancelled, (await run.WaitAsync(TimeSpan.FromMinutes(4))).State);
    }

    [Fact]
    public async Task Execute_Twice_AtTheSameTime_IsRefused()
    {
        using var stop = new CancellationTokenSource();
        PreparedGraph graph = PreparedGraph.Prepare(Flows.Parse("""  "nodes":[{"id":"w","type":"Wait"}]  """), _nodes.Catalog);
        Task<RunResult> run = graph.ExecuteAsync(Flows.Run(), Flows.Services, stop.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await graph.ExecuteAsync(Flows.Run(), Flows.Services, stop.Token));
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Execute_AsynchronousStep_ContinuesWithTheRest()
    {
        RunResult result = await ExecuteAsync(
            """  "outputs":[{"name":"o","from":"p.value"}],"nodes":[{"id":"a","type":"Value","params":{"value":4}},{"id":"y","type":"Yield"},{"id":"p","type":"Plus"}],"edges":[{"from":"a.value","to":"y.value"},{"from":"y.value","to":"p.value"}]  """);
        Assert.Equal(5, result.Output("o").AsJson()!.GetValue<long>());
    }

    [Fact]
    public async Task Execute_Pause_RestsAfterTheCurrentStepAndResumes()
    {
        using var pause = new CancellationTokenSource();
        var observer = new FakeObserver { AfterStep = step => pause.Cancel() };
        RunResult paused = await ExecuteAsync(Sum, new RunOptions { Observer = observer, PauseToken = pause.Token });
        Assert.Equal(RunState.Paused, paused.State);
        Assert.Equal(["a"], _nodes.Ran);
        RunResult resumed = await ExecuteAsync(Sum, new RunOptions { Finished = Finished(observer) });
        Assert.Equal(111, resumed.Output("end").AsJson()!.GetValue<long>());
        Assert.Equal(["a", "b", "c"], _nodes.Ran);
    }

    [Fact]
    public async Task Execute_ResumeWithStoredTable_LoadsItWhenRead()
    {
        var artifacts = new FakeArtifacts();
        ArtifactRef stored = await artifacts.SaveAsync(new Table([Int64Column.Create("n", new long[] { 1, 2, 3 })]), CancellationToken.None);
        var finished = new Dictionary<string, FinishedStep>
        {
            ["r"] = new(StepState.Succeeded, new Dictionary<string, NodeValue> { ["table"] = NodeValue.FromArtifact(stored) }, 3),
        };
        PreparedGraph graph = PreparedGraph.Prepare(
            Flows.Parse(
                """
                "outputs":[{"name":"n","from":"c.value"},{"name":"rows","from":"v.value"},{"name":"t","from":"r.table"}],
                "nodes":[{"id":"r","type":"Rows","params":{"count":3}},{"id":"c","type":"Count"},{"id":"v","type":"Value","params":{"value":["${nodes.r.rows}","${nodes.r.table[1].n}"]}}],
                "edges":[{"from":"r.table","to":"c.table"}]
                """),
            _nodes.Catalog);
        RunResult result = await graph.ExecuteAsync(
            Flows.Run(), Flows.Services.With<IArtifactStore>(artifacts), new RunOptions { Finished = finished }, CancellationToken.None);
        Assert.Equal(3, result.Output("n").AsJson()!.GetValue<int>());
        Assert.Equal("[3,2]", result.Output("rows").AsJson()!.ToJsonString());
        Assert.Equal(3, result.Output("t").AsTable().RowCount);
        Assert.Equal(1, artifacts.Loads);
        Assert.DoesNotContain("r", _nodes.Ran);
    }

    [Fact]
    public async Task Execute_OnlyNode_TakesPinnedInputs()
    {
        RunResult result = await ExecuteAsync(
            Sum, new RunOptions { OnlyNode = "c", PinnedInputs = new Dictionary<string, NodeValue> { ["value"] = NodeValue.FromJson(5) } });
        Assert.Equal(105, result.Output("end").AsJson()!.GetValue<long>());
        Assert.Equal(["c"], _nodes.Ran);
    }

    [Fact]
    public void NodesToRepeat_FromTheMiddle_AreItAndAllBehindIt() =>
        Assert.Equal(["b", "c"], RetryPlan.NodesToRepeat(Flows.Parse(Sum), _nodes.Catalog, "b").Order(StringComparer.Ordinal));

    [Fact]
    public async Task Execute_Observer_HearsRowsAndOrder()
    {
        var observer = new FakeObserver();
        await ExecuteAsync(
            """  "nodes":[{"id":"c","type":"Count"},{"id":"r","type":"Rows","params":{"count":7}}],"edges":[{"from":"r.table","to":"c.table"}]  """,
            new RunOptions { Observer = observer });
        Assert.Equal(["start r 1", "succeeded r 1", "start c 1", "succeeded c 1"], observer.Log);
        Assert.Equal(7, observer.Finished[0].Metrics.RowsOut);
        Assert.Equal(7, observer.Finished[1].Metrics.RowsIn);
        Assert.Equal([0, 1], observer.Finished.Select(f => f.Position));
    }

    [Fact]
    public async Task Children_RecursionAtRunTime_IsRefused()
    {
        WorkflowDefinition self = Flows.Parse(
            """  "inputs":[{"name":"next","default":"test"}],"nodes":[{"id":"c","type":"Call","params":{"workflow":"${inputs.next}"}}]  """);
        RunResult result = await LocalRunner.RunAsync(self, _nodes.Catalog, (_, _) => self, Flows.Run(), Flows.Services, new RunOptions(), CancellationToken.None);
        Assert.Equal("SUB_WORKFLOW_RECURSION", result.Error?.Reason);
    }

    [Fact]
    public async Task Children_Call_GivesTheChildsOutput()
    {
        WorkflowDefinition child = Flows.Parse(Sum) with { Name = "child" };
        WorkflowDefinition parent = Flows.Parse("""  "outputs":[{"name":"o","from":"c.value"}],"nodes":[{"id":"c","type":"Call","params":{"workflow":"child"}}]  """);
        RunResult result = await LocalRunner.RunAsync(parent, _nodes.Catalog, (name, _) => name == "child" ? child : null, Flows.Run(), Flows.Services, new RunOptions(), CancellationToken.None);
        Assert.Equal(111, result.Output("o").AsJson()!.GetValue<long>());
    }

    private static Dictionary<string, FinishedStep> Finished(FakeObserver observer) => observer.Finished.ToDictionary(
        f => f.NodeId,
        f => new FinishedStep(
            f.State,
            f.Outputs.Select((value, i) => (f.Definition.Outputs[i].Name, value)).Where(o => !o.value.IsEmpty).ToDictionary(o => o.Name, o => o.value),
            f.Metrics.RowsOut));

    private async Task<RunResult> ExecuteAsync(string body, RunOptions? options = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        PreparedGraph graph = PreparedGraph.Prepare(Flows.Parse(body), _nodes.Catalog);
        return options is null
            ? await graph.ExecuteAsync(Flows.Run(), Flows.Services, deadline.Token)
            : await graph.ExecuteAsync(Flows.Run(), Flows.Services, options, deadline.Token);
    }
}
