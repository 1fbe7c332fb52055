using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Control;
using EasyQuant.Nodes.Tests.Trading;

namespace EasyQuant.Nodes.Tests.Control;

public sealed class BatchTablesTests
{
    private static readonly WorkflowDefinition s_child = Flow(
        "child", """  "inputs":[{"name":"n","type":"integer","required":true}],"outputs":[{"name":"out","from":"m.table"}],"nodes":[{"id":"m","type":"Megabyte","params":{"n":"${inputs.n}"}}]  """);

    [Fact]
    public async Task Keep_HundredThousandTables_HoldsNoMoreThanItsBound()
    {
        const int Count = 100_000;
        var store = new CountingStore();
        var tables = new BatchTables(Count, store);
        Table table = new([Int64Column.Create("n", new long[128])]);
        long most = 0;
        for (int i = 0; i < Count; i++)
        {
            await tables.KeepAsync(Item(i, NodeValue.FromTable(table)), CancellationToken.None);
            most = Math.Max(most, tables.HeldBytes);
        }

        Assert.InRange(most, BatchTables.HeldBytesMax / 2, BatchTables.HeldBytesMax);
        // Everything that is not held was stored, and nothing twice.
        Assert.Equal(Count - (most / table.EstimatedBytes), store.SaveCount);
    }

    [Fact]
    public async Task Keep_TableBeyondTheBound_GivesTheItemWithItsReference()
    {
        var store = new FakeArtifactStore();
        var tables = new BatchTables(2, store);
        Table large = Megabyte(1, (int)(BatchTables.HeldBytesMax / sizeof(long)) + 1);
        ItemRecord item = await tables.KeepAsync(Item(1, NodeValue.FromTable(large)), CancellationToken.None);
        Assert.True(item.Result!.Outputs[0].IsArtifact);
        ItemRecord small = Item(0, NodeValue.FromTable(Megabyte(0, 3)));
        Assert.Same(small, await tables.KeepAsync(small, CancellationToken.None));
        Table all = (await tables.JoinAsync(CancellationToken.None))!;
        Assert.Equal((3 + large.RowCount, 0L, 1L), (all.RowCount, all.GetColumn<Int64Column>("n").Values[2], all.GetColumn<Int64Column>("n").Values[3]));
        Assert.Equal(0, tables.HeldBytes);
    }

    [Fact]
    public async Task Join_TablesLargerThanTheBound_HoldsTheResultAndOneStoredTable()
    {
        const int Count = 40;
        var store = new ReleasingStore();
        var tables = new BatchTables(Count, store);
        for (int i = 0; i < Count; i++)
        {
            await tables.KeepAsync(Item(i, NodeValue.FromTable(Megabyte(i))), CancellationToken.None);
        }

        Table joined = (await tables.JoinAsync(CancellationToken.None))!;
        Assert.Equal(Enumerable.Range(0, Count).Select(n => (long)n), Enumerable.Range(0, Count).Select(n => joined.GetColumn<Int64Column>("n").Values[(n << 17) + 5]));
        Assert.Equal(2 * (Count - (int)(BatchTables.HeldBytesMax >> 20)), store.LoadCount);
        // The one before may still stand in a register.
        Assert.InRange(store.MostAlive, 0, 2);
    }

    [Fact]
    public async Task Batch_TablesLargerThanTheBound_AreJoinedInTheOrderOfTheItems()
    {
        var store = new FakeArtifactStore();
        RunResult result = await RunAsync(40, "", store);
        Assert.True(result.State == RunState.Succeeded, $"{result.Error}");
        Int64Column column = result.Output("tables").AsTable().GetColumn<Int64Column>("n");
        Assert.Equal(40L * (1 << 17), column.Length);
        Assert.Equal(Enumerable.Range(0, 40).Select(n => (long)n), Enumerable.Range(0, 40).Select(n => column.Values[(n << 17) + 5]));
        // Once for the sizes, once for the rows.
        Assert.Equal(2 * (40 - (int)(BatchTables.HeldBytesMax >> 20)), store.LoadCount);
    }

    [Fact]
    public async Task Batch_TablesNotWanted_AreNeitherJoinedNorStored()
    {
        var store = new FakeArtifactStore();
        RunResult result = await RunAsync(20, ""","joinTables":false""", store);
        Assert.True(result.State == RunState.Succeeded, $"{result.Error}");
        Assert.True(result.Output("tables").IsEmpty);
        Assert.Equal(0, store.LoadCount);
    }

    [Theory]
    [InlineData(FlowLimits.ItemsMax, null)]
    [InlineData(FlowLimits.ItemsMax + 1, "LIMIT_EXCEEDED")]
    public async Task Batch_ItemsUpToTheLimit_AreTakenAndOneMoreIsRefused(int count, string? reason)
    {
        Assert.Equal(100_000, FlowLimits.ItemsMax);
        WorkflowDefinition child = Flow("child", """  "inputs":[{"name":"n"}],"outputs":[{"name":"v","from":"m.value"}],"nodes":[{"id":"m","type":"JsonMap","params":{"value":1}}]  """);
        NodeCatalog catalog = Catalog();
        var rows = new Table([Int64Column.Create("n", Enumerable.Range(0, count).Select(n => (long)n).ToArray())]);
        NodeServices services = new NodeServices(TimeProvider.System).With<IChildRunner>(new GraphChildRunner(catalog, (_, _) => child, null));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        async Task<SingleNodeResult> BatchAsync() => await SingleNode.RunAsync(
            catalog, "BatchScheduler", (JsonObject)JsonNode.Parse("""{"workflow":"child","mode":"inline"}""")!,
            new Dictionary<string, NodeValue> { ["rows"] = NodeValue.FromTable(rows) }, new RunContext { RunId = "run", ProjectId = "default" }, services, null, deadline.Token);
        if (reason is null)
        {
            SingleNodeResult result = await BatchAsync();
            Assert.Equal((count, 100_000), (result.Outputs["table"].AsTable().RowCount, result.Outputs["summary"].AsJson()!["succeeded"]!.GetValue<int>()));
            return;
        }

        NodeException refused = await Assert.ThrowsAsync<NodeException>(BatchAsync);
        Assert.Equal(reason, refused.Reason);
        Assert.Contains("100001", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<RunResult> RunAsync(int items, string extra, IArtifactStore store)
    {
        string list = string.Join(',', Enumerable.Range(0, items).Select(n => $$"""{"n":{{n}}}"""));
        WorkflowDefinition parent = Flow(
            "parent",
            $$$"""
            "outputs":[{"name":"tables","from":"batch.tables"}],
            "nodes":[{"id":"items","type":"JsonMap","params":{"value":[{{{list}}}]}},{"id":"batch","type":"BatchScheduler","params":{"workflow":"child"{{{extra}}} }}],
            "edges":[{"from":"items.value","to":"batch.items"}]
            """);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        return await LocalRunner.RunAsync(
            parent, Catalog(), (name, _) => name == "child" ? s_child : null, new RunContext { RunId = "run", ProjectId = "default" },
            new NodeServices(TimeProvider.System).With(store), new RunOptions(), deadline.Token);
    }

    private static ItemRecord Item(int index, NodeValue value) =>
        new() { Index = index, State = ItemState.Succeeded, Result = new ChildRunResult(null, ["out"], [value]) };

    private static Table Megabyte(int n, int rows = 1 << 17)
    {
        long[] values = new long[rows];
        Array.Fill(values, n);
        return new Table([Int64Column.Create("n", values)]);
    }

    private static NodeCatalog Catalog()
    {
        var text = new LocalizedText("Text", "文本");
        var catalog = new NodeCatalog();
        ControlNodePack.AddTo(catalog);
        catalog.Add<FakeNodes.NumberParameters>(
            new NodeDefinitionTemplate
            {
                Type = "Megabyte", Title = text, Category = "control", Icon = "box", Description = text, Outputs = [new PortDefinition("table", PortType.Table, text)],
            },
            parameters => new MegabyteNode(parameters.N));
        return catalog;
    }

    private static WorkflowDefinition Flow(string name, string body) =>
        WorkflowJson.Parse(Encoding.UTF8.GetBytes($$"""{"schema":"easyquant/workflow/1","name":"{{name}}",{{body}}}""")).Definition!;

    private sealed class MegabyteNode(int n) : INodeHandler
    {
        public ValueTask RunAsync(NodeExecution execution, CancellationToken cancellationToken)
        {
            execution.SetOutput(0, Megabyte(n));
            return ValueTask.CompletedTask;
        }
    }

    // Makes each table anew, as a disk would, and counts those that somebody still holds.
    private sealed class ReleasingStore : IArtifactStore
    {
        private readonly List<int> _saved = [];
        private readonly List<WeakReference<Table>> _loaded = [];

        public int LoadCount => _loaded.Count;

        public int MostAlive { get; private set; }

        public ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken)
        {
            _saved.Add((int)table.GetColumn<Int64Column>("n").Values[0]);
            return ValueTask.FromResult(new ArtifactRef(_saved.Count.ToString("d64", System.Globalization.CultureInfo.InvariantCulture), table.EstimatedBytes, table.RowCount));
        }

        public ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken)
        {
            GC.Collect();
            MostAlive = Math.Max(MostAlive, _loaded.Count(one => one.TryGetTarget(out _)));
            Table table = Megabyte(_saved[int.Parse(artifact.Sha256, System.Globalization.CultureInfo.InvariantCulture) - 1]);
            _loaded.Add(new WeakReference<Table>(table));
            return ValueTask.FromResult(table);
        }

        public string LocalPath(ArtifactRef artifact) => throw new NotSupportedException("It has no files.");
    }

    private sealed class CountingStore : IArtifactStore
    {
        public int SaveCount { get; private set; }

        public ValueTask<ArtifactRef> SaveAsync(Table table, CancellationToken cancellationToken)
        {
            SaveCount++;
            return ValueTask.FromResult(new ArtifactRef(new string('0', 64), table.EstimatedBytes, table.RowCount));
        }

        public ValueTask<Table> LoadAsync(ArtifactRef artifact, CancellationToken cancellationToken) => throw new NotSupportedException("It only counts.");

        public string LocalPath(ArtifactRef artifact) => throw new NotSupportedException("It only counts.");
    }
}
