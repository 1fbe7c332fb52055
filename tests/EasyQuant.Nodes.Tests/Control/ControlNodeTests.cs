using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Control;

namespace EasyQuant.Nodes.Tests.Control;

public sealed class ControlNodeTests
{
    private static readonly NodeCatalog s_catalog = Catalog();

    [Theory]
    [InlineData("5", "greater", "4", true)]
    [InlineData("5", "less", "4.5", false)]
    [InlineData("5", "equal", "5.0", true)]
    [InlineData("\"b\"", "greaterOrEqual", "\"a\"", true)]
    [InlineData("[1,2]", "contains", "2", true)]
    [InlineData("\"600000.SH\"", "contains", "\".SZ\"", false)]
    [InlineData("[]", "isEmpty", "null", true)]
    [InlineData("0", "isTrue", "null", false)]
    [InlineData("{\"a\":1}", "notEqual", "{\"a\":1}", false)]
    public async Task Branch_Comparison_TakesOneSide(string left, string comparison, string right, bool isTrue)
    {
        SingleNodeResult result = await RunAsync(
            "Branch", $$"""{"operator":"{{comparison}}","right":{{right}}}""", ("value", NodeValue.FromJson(JsonNode.Parse(left))));
        Assert.Equal(isTrue, !result.Outputs["true"].IsEmpty);
        Assert.Equal(isTrue, result.Outputs["false"].IsSkipped);
    }

    [Fact]
    public async Task Branch_TextAndNumber_CannotBeOrdered()
    {
        NodeException e = await Assert.ThrowsAsync<NodeException>(() => RunAsync("Branch", """{"operator":"less","right":1}""", ("value", NodeValue.FromJson("a"))));
        Assert.Equal("COMPARISON_TYPE", e.Reason);
    }

    [Fact]
    public async Task JsonMap_ValueAndFields_BuildsAndPicks()
    {
        SingleNodeResult result = await RunAsync(
            "JsonMap", """{"value":[{"a":"${item.x}","b":2,"c":"${run.id}"}],"fields":["a","c"]}""", ("value", NodeValue.FromJson(JsonNode.Parse("""{"x":[1]}"""))));
        Assert.Equal("""[{"a":[1],"c":"run"}]""", result.Outputs["value"].AsJson()!.ToJsonString());
    }

    [Fact]
    public async Task SortTable_Descending_KeepsTheTop()
    {
        var table = new Table([Int64Column.Create("n", new long[] { 3, 1, 2 })]);
        SingleNodeResult result = await RunAsync("SortTable", """{"by":"n","descending":true,"limit":2}""", ("table", NodeValue.FromTable(table)));
        Assert.Equal([3L, 2L], result.Outputs["table"].AsTable().GetColumn<Int64Column>("n").Values.ToArray());
    }

    [Fact]
    public async Task SubWorkflow_Call_GivesOutputsAndTheFirstTable()
    {
        WorkflowDefinition parent = Flow("parent", """  "outputs":[{"name":"o","from":"s.outputs"}],"nodes":[{"id":"s","type":"SubWorkflow","params":{"workflow":"child","inputs":{"n":4}}}]  """);
        RunResult result = await RunAsync(parent, Child());
        Assert.Equal("""{"out":{"n":4,"path":"s"}}""", result.Output("o").AsJson()!.ToJsonString());
    }

    [Theory]
    [InlineData("inline", 1)]
    [InlineData("threads", 1)]
    [InlineData("threads", 8)]
    public async Task Batch_Results_ComeInTheOrderOfTheItems(string mode, int concurrency)
    {
        RunResult result = await RunAsync(Batch($$"""  "mode":"{{mode}}","concurrency":{{concurrency}}  """), Child());
        Assert.True(result.State == RunState.Succeeded, $"{result.Error}");
        JsonArray results = result.Output("results").AsJson()!.AsArray();
        Assert.Equal(Enumerable.Range(0, 50), results.Select(r => r!["out"]!["n"]!.GetValue<int>()));
        Assert.Equal("batch[17]", results[17]!["out"]!["path"]!.GetValue<string>());
        Table table = result.Output("table").AsTable();
        Assert.Equal(["item_index", "item_state", "item_error", "n", "path"], table.Schema.Select(c => c.Name));
        Assert.Equal(50, table.RowCount);
    }

    [Fact]
    public async Task Batch_Auto_SaysWhereAndWhy()
    {
        RunResult result = await RunAsync(Batch("""  "mode":"auto"  """), Child());
        JsonNode summary = result.Output("summary").AsJson()!;
        Assert.Contains(summary["mode"]!.GetValue<string>(), new[] { "inline", "threads" });
        Assert.Contains("items took", summary["modeReason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(50, result.Output("table").AsTable().RowCount);
    }

    [Theory]
    [InlineData("processes")]
    [InlineData("remote")]
    public async Task Batch_ModeThatTheHostLacks_RunsOnThreadsAndSaysSo(string mode)
    {
        RunResult result = await RunAsync(Batch($$"""  "mode":"{{mode}}"  """), Child());
        JsonNode summary = result.Output("summary").AsJson()!;
        Assert.Equal("threads", summary["mode"]!.GetValue<string>());
        Assert.Contains("does not have", summary["modeReason"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ManySegments_ColumnsThatChangeTheirKindWidenOrBecomeText()
    {
        WorkflowDefinition child = Flow("child", """  "inputs":[{"name":"n"}],"outputs":[{"name":"v","from":"m.value"}],"nodes":[{"id":"m","type":"JsonMap","params":{"value":"${inputs.n}"}}]  """);
        // Whole numbers, then fractions, then texts, each longer than a segment.
        IEnumerable<string> values = Enumerable.Range(0, 3300).Select(i => i < 1100 ? $"{i}" : i < 2200 ? $"{i}.5" : $"\"t{i}\"");
        string list = string.Join(',', values.Select(v => $$"""{"n":{{v}}}"""));
        WorkflowDefinition parent = Flow(
            "parent",
            $$$"""
            "outputs":[{"name":"table","from":"batch.table"}],
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{list}}}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"child"}}],
            "edges":[{"from":"items.value","to":"batch.items"}]
            """);
        RunResult result = await RunAsync(parent, child);
        Table table = result.Output("table").AsTable();
        Assert.Equal(3300, table.RowCount);
        StringColumn column = table.GetColumn<StringColumn>("v");
        Assert.Equal(("7", "1100.5", "t3299"), (column.GetString(7), column.GetString(1100), column.GetString(3299)));
    }

    [Fact]
    public async Task Batch_RowsOfATable_AreItems()
    {
        var rows = new Table([Int64Column.Create("n", new long[] { 7, 8 })]);
        NodeServices services = new NodeServices(TimeProvider.System).With<IChildRunner>(new GraphChildRunner(s_catalog, (_, _) => Child(), null));
        SingleNodeResult result = await RunAsync("BatchScheduler", """{"workflow":"child"}""", services, ("rows", NodeValue.FromTable(rows)));
        Assert.Equal([7L, 8L], result.Outputs["results"].AsJson()!.AsArray().Select(r => r!["out"]!["n"]!.GetValue<long>()));
    }

    [Theory]
    [InlineData("continue", 0, RunState.Succeeded)]
    [InlineData("stop", 0, RunState.Failed)]
    [InlineData("tolerate", 10, RunState.Succeeded)]
    [InlineData("tolerate", 9.9, RunState.Failed)]
    public async Task Batch_FivePercentOrMoreFail_PolicyDecides(string policy, double percent, RunState expected)
    {
        // Items 0, 10, 20, 30, 40 of 50 fail: 10 %.
        string percentText = percent.ToString(System.Globalization.CultureInfo.InvariantCulture);
        RunResult result = await RunAsync(Batch($$"""  "onFailure":"{{policy}}","toleratePercent":{{percentText}}  """), Child(failEvery: 10));
        Assert.Equal(expected, result.State);
        if (expected == RunState.Succeeded)
        {
            Assert.Null(result.Output("results").AsJson()![20]);
            Assert.Equal(5, result.Output("summary").AsJson()!["failed"]!.GetValue<int>());
        }
        else
        {
            Assert.Equal("ITEMS_FAILED", result.Error!.Reason);
        }
    }

    [Fact]
    public async Task Batch_ItemRetry_TriesAgain()
    {
        var failures = new FakeFailures(2);
        var catalog = Catalog(failures);
        WorkflowDefinition child = Flow("child", """  "inputs":[{"name":"n"}],"outputs":[{"name":"out","from":"f.value"}],"nodes":[{"id":"f","type":"Flaky"}]  """);
        RunResult result = await RunAsync(Batch("""  "itemAttempts":3,"itemRetryDelay":0,"mode":"inline"  """), child, catalog);
        Assert.True(result.State == RunState.Succeeded, $"{result.Error}");
    }

    [Fact]
    public async Task Batch_ItemTimeout_IsNamed()
    {
        WorkflowDefinition child = Flow("child", """  "inputs":[{"name":"n"}],"nodes":[{"id":"w","type":"Sleep"}]  """);
        RunResult result = await RunAsync(Batch("""  "itemTimeout":0.02  """), child);
        Assert.Contains("ITEM_TIMEOUT", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_ThousandItems_EveryStateIsToldOnce()
    {
        var observer = new FakeItemObserver();
        RunResult result = await RunAsync(Batch("""  "concurrency":4  """, items: 1000), Child(), options: new RunOptions { Observer = observer });
        Assert.Equal(RunState.Succeeded, result.State);
        Assert.Equal(Enumerable.Range(0, 1000), observer.Items.Select(i => i.Index).Order());
        Assert.All(observer.Items, i => Assert.Equal(ItemState.Succeeded, i.State));
    }

    [Fact]
    public async Task Batch_CallsItself_IsRecursion()
    {
        WorkflowInvalidException e = await Assert.ThrowsAsync<WorkflowInvalidException>(() => RunAsync(Batch("", target: "parent"), Child()));
        Assert.Equal("SUB_WORKFLOW_RECURSION", Assert.Single(e.Errors).Reason);
    }

    private static WorkflowDefinition Child(int failEvery = 0) => Flow(
        "child",
        failEvery == 0
            ? """  "inputs":[{"name":"n","type":"integer","required":true}],"outputs":[{"name":"out","from":"m.value"}],"nodes":[{"id":"m","type":"JsonMap","params":{"value":{"n":"${inputs.n}","path":"${run.itemPath}"}}}]  """
            : """  "inputs":[{"name":"n","type":"integer","required":true}],"outputs":[{"name":"out","from":"m.value"}],"nodes":[{"id":"m","type":"FailTens","params":{"n":"${inputs.n}"}}]  """);

    private static WorkflowDefinition Batch(string extra, int items = 50, string target = "child")
    {
        string list = string.Join(',', Enumerable.Range(0, items).Select(i => $$"""{"n":{{i}}}"""));
        string comma = extra.Length > 0 ? "," : "";
        return Flow(
            "parent",
            $$$"""
            "outputs":[{"name":"results","from":"batch.results"},{"name":"table","from":"batch.table"},{"name":"summary","from":"batch.summary"}],
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{list}}}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"{{{target}}}","params":{"n":"${item.n}"}{{{comma}}}{{{extra}}} }}],
            "edges":[{"from":"items.value","to":"batch.items"}]
            """);
    }

    private static WorkflowDefinition Flow(string name, string body)
    {
        WorkflowParseResult parsed = WorkflowJson.Parse(Encoding.UTF8.GetBytes($$"""{"schema":"easyquant/workflow/1","name":"{{name}}",{{body}}}"""));
        return parsed.Definition ?? throw new InvalidOperationException(parsed.Errors[0].ToString());
    }

    private static async Task<RunResult> RunAsync(WorkflowDefinition parent, WorkflowDefinition child, NodeCatalog? catalog = null, RunOptions? options = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        return await LocalRunner.RunAsync(
            parent,
            catalog ?? s_catalog,
            (name, _) => name == child.Name ? child : name == parent.Name ? parent : null,
            new RunContext { RunId = "run", ProjectId = "default" },
            new NodeServices(TimeProvider.System),
            options ?? new RunOptions(),
            deadline.Token);
    }

    private static Task<SingleNodeResult> RunAsync(string type, string parameters, params (string Port, NodeValue Value)[] inputs) =>
        RunAsync(type, parameters, new NodeServices(TimeProvider.System), inputs);

    private static async Task<SingleNodeResult> RunAsync(string type, string parameters, NodeServices services, params (string Port, NodeValue Value)[] inputs)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        return await SingleNode.RunAsync(
            s_catalog,
            type,
            (JsonObject)JsonNode.Parse(parameters)!,
            inputs.ToDictionary(i => i.Port, i => i.Value),
            new RunContext { RunId = "run", ProjectId = "default" },
            services,
            null,
            deadline.Token);
    }

    private static NodeCatalog Catalog(FakeFailures? failures = null)
    {
        var catalog = new NodeCatalog();
        ControlNodePack.AddTo(catalog);
        FakeNodes.AddTo(catalog, failures ?? new FakeFailures(0));
        return catalog;
    }
}
