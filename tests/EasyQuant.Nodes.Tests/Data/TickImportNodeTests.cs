using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Tests.Trading;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class TickImportNodeTests
{
    [Fact]
    public async Task TickImport_FilesOfSeveralForms_BecomeTheTicksOfABacktest()
    {
        using var folder = new TempFolder();
        folder.Write("t/600000.SH.csv", Encoding.UTF8.GetBytes("时间,最新价,成交量\n2024-03-04 09:30:00,10.01,100000\n2024-03-04 09:31:00,10.02,200000\n"));
        folder.Write("t/all.csv", Encoding.UTF8.GetBytes("symbol,time,last,volume\n600001.SH,2024-03-04T01:30:00Z,20,100000\n600001.SH,2024-03-04T01:31:00Z,20.5,100000\n"));

        SingleNodeResult result = await NodeRunner.RunAsync("TickImport", """{"path":"t/*.csv"}""", Services(folder));

        Table ticks = result.Outputs["ticks"].AsTable();
        Assert.Equal(["600000.SH", "600000.SH", "600001.SH", "600001.SH"], Enumerable.Range(0, 4).Select(row => (string)ticks["symbol"].GetValue(row)!));
        Assert.Equal(ticks["time"].GetValue(0), ticks["time"].GetValue(2));
        JsonNode report = result.Outputs["report"].AsJson()!;
        Assert.Equal((2, 4), ((int)report["file_count"]!, (int)report["rows_loaded"]!));
        SingleNodeResult backtest = await TradingBench.RunAsync(
            "Backtest",
            new JsonObject { ["strategy"] = "buy_and_hold", ["parameters"] = new JsonObject { ["lots"] = 1 } },
            new Dictionary<string, NodeValue> { ["ticks"] = NodeValue.FromTable(ticks) },
            null);
        Assert.Equal(1, (int)backtest.Outputs["metrics"].AsJson()!["day_count"]!);
    }

    [Theory]
    [InlineData("""{"path":"none/*.csv"}""", "FILE_NOT_FOUND", "none/*.csv")]
    [InlineData("""{"path":"../x.csv"}""", "FILE_OUTSIDE_ROOT", "x.csv")]
    [InlineData("""{"path":"bad.csv"}""", "CSV_BAD_NUMBER", "bad.csv")]
    [InlineData("""{"path":"noname.csv"}""", "IMPORT_SYMBOL", "noname.csv")]
    [InlineData("""{"path":"600000.SH.csv","rowsMax":1}""", "IMPORT_LIMIT", "more than 1 ticks")]
    public async Task TickImport_WrongFile_IsNamed(string parameters, string reason, string message)
    {
        using var folder = new TempFolder();
        folder.Write("bad.csv", Encoding.UTF8.GetBytes("symbol,time,last,volume\n600000.SH,2024-03-04 09:30:00,,1\n"));
        folder.Write("noname.csv", Encoding.UTF8.GetBytes("time,last,volume\n2024-03-04 09:30:00,1,1\n"));
        folder.Write("600000.SH.csv", Encoding.UTF8.GetBytes("time,last,volume\n2024-03-04 09:30:00,1,1\n2024-03-04 09:30:01,1,1\n"));
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("TickImport", parameters, Services(folder)));
        Assert.Equal(reason, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TickImport_OffsetFromUtc_MovesLocalTimes()
    {
        using var folder = new TempFolder();
        folder.Write("600000.SH.csv", Encoding.UTF8.GetBytes("time,last,volume\n2024-03-04 09:30:00,1,1\n"));
        SingleNodeResult result = await NodeRunner.RunAsync("TickImport", """{"path":"600000.SH.csv","utcOffsetMinutes":0}""", Services(folder));
        Assert.Equal(new DateTime(2024, 3, 4, 9, 30, 0, DateTimeKind.Utc), result.Outputs["ticks"].AsTable()["time"].GetValue(0));
    }

    private static NodeServices Services(TempFolder folder) => NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));
}
