using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class PanelNodeTests
{
    private static readonly Table s_bars = NodeRunner.Bars("600000,2024-01-02,10,11,9,10,100,1000", "600000,2024-01-03,5,5.5,4.5,5,200,1000", "000001,2024-01-02,8,8,8,8,1,8");

    [Fact]
    public async Task PanelSaveAndLoad_Adjusted_GivesComparablePrices()
    {
        using var folder = new TempFolder();
        folder.Write("facts.json", Encoding.UTF8.GetBytes("""{"instruments":[{"symbol":"600000.SH","factors":[{"ex_date":"2024-01-03","multiplier":"2"}]}]}"""));
        SingleNodeResult saved = await RunAsync(folder, "PanelSave", """{"dataset":"cn","factsPath":"facts.json","chinaCalendar":true}""", s_bars);
        Assert.Equal("""{"dataset":"cn","interval":"1d","version":1,"instrument_count":2,"bar_count":3}""", saved.Outputs["panel"].AsJson()!.ToJsonString());

        Table raw = (await RunAsync(folder, "PanelLoad", """{"dataset":"cn"}""")).Outputs["table"].AsTable();
        Assert.True(raw.ContentEquals(s_bars));
        Table forward = (await RunAsync(folder, "PanelLoad", """{"dataset":"cn","symbols":["sh600000"],"adjustment":"forward"}""")).Outputs["table"].AsTable();
        Assert.Equal([5m, 5m], [forward["close"].GetValue(0), forward["close"].GetValue(1)]);
        Table before = (await RunAsync(folder, "PanelLoad", """{"dataset":"cn","symbols":["600000.SH"],"adjustment":"forward","asOf":"2024-01-02"}""")).Outputs["table"].AsTable();
        Assert.Equal((1, (object?)10m), (before.RowCount, before["close"].GetValue(0)));
    }

    [Fact]
    public async Task PanelSave_ActionsWithoutFactors_GiveTheFactors()
    {
        using var folder = new TempFolder();
        folder.Write("facts.json", Encoding.UTF8.GetBytes("""{"instruments":[{"symbol":"600000.SH","actions":[{"kind":"split","ex_date":"2024-01-03","to":2,"from":1}]}]}"""));
        await RunAsync(folder, "PanelSave", """{"dataset":"cn","factsPath":"facts.json"}""", s_bars);
        Table backward = (await RunAsync(folder, "PanelLoad", """{"dataset":"cn","symbols":["600000.SH"],"adjustment":"backward"}""")).Outputs["table"].AsTable();
        Assert.Equal([10m, 10m], [backward["close"].GetValue(0), backward["close"].GetValue(1)]);
    }

    [Fact]
    public async Task Backtest_ReferenceOfAPanel_EqualsTheTable()
    {
        using var folder = new TempFolder();
        string reference = (await RunAsync(folder, "PanelSave", """{"dataset":"cn"}""", s_bars)).Outputs["panel"].AsJson()!.ToJsonString();
        NodeCatalog catalog = AllNodePacks.CreateCatalog();
        NodeServices services = NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));
        JsonObject parameters = (JsonObject)JsonNode.Parse("""{"strategy":"buy_and_hold"}""")!;
        async Task<string> Metrics(string port, NodeValue value) => (await SingleNode.RunAsync(
            catalog, "Backtest", (JsonObject)parameters.DeepClone(), new Dictionary<string, NodeValue> { [port] = value }, NodeRunner.Context(), services, null, CancellationToken.None))
            .Outputs["metrics"].AsJson()!.ToJsonString();
        Assert.Equal(await Metrics("bars", NodeValue.FromTable(s_bars)), await Metrics("data", NodeValue.FromJson(JsonNode.Parse(reference))));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => Metrics("data", NodeValue.FromJson(JsonNode.Parse("""{"dataset":"../x","interval":"1d","version":1}"""))));
        Assert.Equal("PARAMETER_TYPE", fault.Reason);
    }

    [Fact]
    public async Task PanelSave_AppendRepeated_IsOneVersion()
    {
        using var folder = new TempFolder();
        await RunAsync(folder, "PanelSave", """{"dataset":"cn"}""", s_bars);
        Table late = NodeRunner.Bars("600000,2024-01-04,10,11,9,10,100,1000");
        await RunAsync(folder, "PanelSave", """{"dataset":"cn","append":true}""", late);
        SingleNodeResult again = await RunAsync(folder, "PanelSave", """{"dataset":"cn","append":true}""", late);
        Assert.Equal(2, again.Outputs["panel"].AsJson()!["version"]!.GetValue<long>());
    }

    [Theory]
    [InlineData("PanelLoad", """{"dataset":"none"}""", "PANEL_NOT_FOUND")]
    [InlineData("PanelLoad", """{"dataset":"../x"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("PanelLoad", """{"dataset":"cn","symbols":["300750.SZ"]}""", "PANEL_INPUT")]
    [InlineData("PanelLoad", """{"dataset":"cn","rowsMax":2}""", "LIMIT_EXCEEDED")]
    [InlineData("PanelLoad", """{"dataset":"cn","from":"2024-13-01"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("TableExport", """{"path":"../x.csv"}""", "FILE_OUTSIDE_ROOT")]
    [InlineData("TableExport", """{"path":".hidden/x.csv"}""", "FILE_NAME_INVALID")]
    [InlineData("TableExport", """{"path":"x.dll"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("TableExport", """{"path":"x.csv","format":"parquet"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("TableExport", """{"path":"out/x.csv"}""", "FILE_OUTSIDE_ROOT")]
    public async Task PanelAndExport_BadParameter_IsNamed(string type, string parameters, string reason)
    {
        using var folder = new TempFolder();
        using var outside = new TempFolder();
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "out"), outside.Path);
        await RunAsync(folder, "PanelSave", """{"dataset":"cn"}""", s_bars);
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(folder, type, parameters, type == "TableExport" ? s_bars : null));
        Assert.Equal(reason, fault.Reason);
        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    [Theory]
    [InlineData("export/bars.csv", "csv")]
    [InlineData("export/bars.arrow", "arrow")]
    [InlineData("export/bars.parquet", "parquetGzip")]
    public async Task TableExport_ThenImport_GivesTheSameBars(string path, string format)
    {
        using var folder = new TempFolder();
        SingleNodeResult result = await RunAsync(folder, "TableExport", $$"""{"path":"{{path}}","format":"{{format}}"}""", s_bars);
        Assert.Equal(new FileInfo(Path.Combine(folder.Path, path)).Length, result.Outputs["file"].AsJson()!["byte_count"]!.GetValue<long>());
        Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "export")));
        Table read = (await RunAsync(folder, "BarImport", $$"""{"path":"{{path}}"}""")).Outputs["table"].AsTable();
        Assert.True(read.ContentEquals(s_bars));
    }

    [Fact]
    public async Task BarsFromTable_QueryWithVendorNamesAndUnits_BecomesBars()
    {
        using var folder = new TempFolder();
        var builder = new TableBuilder([new("ts_code", ColumnType.String), new("trade_date", ColumnType.Date), new("open", ColumnType.Float64), new("high", ColumnType.Float64), new("low", ColumnType.Float64), new("close", ColumnType.Decimal, 2), new("vol", ColumnType.Float64), new("note", ColumnType.String)]);
        builder.AppendRow("sh.600000", new DateOnly(2024, 1, 3), 6.65, 6.7, 6.62, 6.69m, 12.5, "=1+1");
        builder.AppendRow("600000.XSHG", new DateOnly(2024, 1, 2), 6.61, 6.67, 6.6, 6.65m, 1.0, null);
        SingleNodeResult result = await RunAsync(folder, "BarsFromTable", """{"profile":"tushare"}""", builder.Build());
        Assert.Equal(
            "symbol,trading_date,open,high,low,close,volume,amount\n600000.SH,2024-01-02,6.6100,6.6700,6.6000,6.6500,100,\n600000.SH,2024-01-03,6.6500,6.7000,6.6200,6.6900,1250,\n",
            NodeRunner.Csv(result.Outputs["table"].AsTable()));
    }

    private static Task<SingleNodeResult> RunAsync(TempFolder folder, string type, string parameters, Table? table = null)
    {
        NodeServices services = NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));
        return table is null ? NodeRunner.RunAsync(type, parameters, services) : NodeRunner.RunAsync(type, parameters, services, null, ("table", table));
    }
}
