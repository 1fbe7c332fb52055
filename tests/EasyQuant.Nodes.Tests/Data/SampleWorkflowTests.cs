using System.Text.Json;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Samples.Market;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class SampleWorkflowTests
{
    [Fact]
    public async Task DailyPipeline_DemoMarket_GivesTheExpectedResult()
    {
        JsonObject expected = SampleFolder.Expected("daily-pipeline");

        RunResult result = await RunAsync("daily-pipeline");

        AssertSame(expected["summary"], result.Output("summary").AsJson());
        AssertSame(expected["quality"], result.Output("quality").AsJson());
        AssertSame(expected["scores"]!["top"], result.Output("top").AsJson());
        Assert.Equal((int)expected["scores"]!["row_count"]!, result.Output("scores").AsTable().RowCount);
    }

    [Fact]
    public async Task SmaSweep_DemoMarket_GivesTheExpectedResult()
    {
        JsonObject expected = SampleFolder.Expected("sma-sweep");

        RunResult result = await RunAsync("sma-sweep");

        AssertSame(expected["summary"], result.Output("summary").AsJson());
        AssertSame(expected["metrics"]!["top"], result.Output("top").AsJson());
        Assert.Equal((int)expected["metrics"]!["row_count"]!, result.Output("metrics").AsTable().RowCount);
        Table equity = result.Output("equity").AsTable();
        Assert.Equal((int)expected["equity"]!["row_count"]!, equity.RowCount);
        JsonNode last = TableJson.ToRows(equity.Slice(equity.RowCount - 1, 1))[0]!;
        Assert.Equal((string)expected["equity"]!["last_date"]!, (string)last["trading_date"]!);
        Assert.Equal((string)expected["equity"]!["last_equity"]!, (string)last["equity"]!);
    }

    [Fact]
    public async Task SmaSweep_RunTwice_GivesTheSameBytes()
    {
        RunResult first = await RunAsync("sma-sweep");
        RunResult second = await RunAsync("sma-sweep");

        Assert.Equal(TableFile.ToBytes(first.Output("metrics").AsTable()), TableFile.ToBytes(second.Output("metrics").AsTable()));
        Assert.Equal(TableFile.ToBytes(first.Output("equity").AsTable()), TableFile.ToBytes(second.Output("equity").AsTable()));
    }

    private static async Task<RunResult> RunAsync(string name)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using var folder = new TempFolder();
        await GenerateCommand.WriteAsync(SyntheticMarket.Generate(7, 50, 500), Path.Combine(folder.Path, "files", "market"), deadline.Token);
        NodeServices services = NodeRunner.Services()
            .With<IDataFiles>(new DirectoryDataFiles(Path.Combine(folder.Path, "files")))
            .With<IArtifactStore>(new LocalArtifactStore(Path.Combine(folder.Path, "artifacts")))
            .With<ITableSink>(new FolderTableSink(Path.Combine(folder.Path, "tables")));
        RunResult result = await LocalRunner.RunAsync(
            Definition(name), AllNodePacks.CreateCatalog(), (child, _) => Definition(child), NodeRunner.Context(), services, new RunOptions(), deadline.Token);
        Assert.True(result.State == RunState.Succeeded, result.Error?.ToString());
        return result;
    }

    private static WorkflowDefinition Definition(string name)
    {
        WorkflowParseResult parsed = WorkflowJson.Parse(SampleFolder.Workflow(name));
        Assert.True(parsed.Errors.Count == 0, string.Join('\n', parsed.Errors));
        return parsed.Definition!;
    }

    /// <summary>Every member of the expected value is in the actual one; numbers agree to 12 digits (powers and roots may differ in the last bit between machines).</summary>
    private static void AssertSame(JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject members:
                Assert.All(members, m => AssertSame(m.Value, actual![m.Key]));
                break;
            case JsonArray items:
                Assert.Equal(items.Count, actual!.AsArray().Count);
                Assert.All(items.Select((item, i) => (item, i)), pair => AssertSame(pair.item, actual[pair.i]));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.Number:
                double number = double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
                double other = double.Parse(actual!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
                Assert.True(Math.Abs(number - other) <= 1e-12 * Math.Abs(number), $"expected {number:R}, got {other:R}");
                break;
            default:
                Assert.Equal(expected?.ToJsonString(), actual?.ToJsonString());
                break;
        }
    }
}
