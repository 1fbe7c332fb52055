using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class BarImportNodeTests
{
    private const string Tushare = "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n600000.SH,20240103,6.65,6.7,6.62,6.69,6.65,0,0,1,0.669\n";
    private const string AkShare = "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率\n2024-01-02,600000,6.61,6.65,6.67,6.60,2,1330,1,1,1,1\n";

    [Fact]
    public async Task BarImport_FilesOfSeveralVendors_BecomeOneTable()
    {
        using var folder = new TempFolder();
        folder.Write("a/tushare.csv", Encoding.UTF8.GetBytes(Tushare));
        folder.Write("a/akshare.csv", Encoding.UTF8.GetBytes(AkShare));

        SingleNodeResult result = await NodeRunner.RunAsync("BarImport", """{"path":"a/*.csv"}""", Services(folder));

        Assert.Equal(
            "symbol,trading_date,open,high,low,close,volume,amount\n"
            + "600000.SH,2024-01-02,6.6100,6.6700,6.6000,6.6500,200,1330.0000\n"
            + "600000.SH,2024-01-03,6.6500,6.7000,6.6200,6.6900,100,669.0000\n",
            NodeRunner.Csv(result.Outputs["table"].AsTable()));
        JsonArray files = result.Outputs["report"].AsJson()!["files"]!.AsArray();
        Assert.Equal(["akshare", "tushare"], files.Select(f => f!["profile"]!.GetValue<string>()));
        Assert.Contains("""{"field":"volume","header":"成交量","position":7,"multiplier":100}""".Replace("成交量", "\\u6210\\u4EA4\\u91CF", StringComparison.Ordinal), files[0]!["mapping"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"path":"a/*.csv","symbols":["sh600000"],"from":"2024-01-02","to":"2024-01-03"}""", "600000.SH 2024-01-02, 600000.SH 2024-01-03", 2)]
    [InlineData("""{"path":"a/*.csv","from":"2024-01-03"}""", "600000.SH 2024-01-03, 600000.SH 2024-01-04, 600001.SH 2024-01-03", 1)]
    [InlineData("""{"path":"a/*.csv","to":"2024-01-02"}""", "600000.SH 2024-01-02", 3)]
    [InlineData("""{"path":"a/*.csv","symbols":["600002.SH"]}""", "", 4)]
    public async Task BarImport_SymbolsAndDays_AreKeptWithBothEnds(string parameters, string kept, long filtered)
    {
        using var folder = new TempFolder();
        string row = Tushare[(Tushare.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        folder.Write("a/tushare.csv", Encoding.UTF8.GetBytes(Tushare + row.Replace("20240103", "20240104", StringComparison.Ordinal) + row.Replace("600000", "600001", StringComparison.Ordinal)));
        folder.Write("a/akshare.csv", Encoding.UTF8.GetBytes(AkShare));

        SingleNodeResult result = await NodeRunner.RunAsync("BarImport", parameters, Services(folder));

        Table table = result.Outputs["table"].AsTable();
        Assert.Equal(kept, string.Join(", ", Enumerable.Range(0, table.RowCount).Select(i => $"{table["symbol"].GetValue(i)} {table["trading_date"].GetValue(i):yyyy-MM-dd}")));
        JsonNode report = result.Outputs["report"].AsJson()!;
        Assert.Equal((4L, filtered, filtered), (report["rows_read"]!.GetValue<long>(), report["rows_skipped"]!.GetValue<long>(), report["skipped_by_reason"]!["FILTERED"]!.GetValue<long>()));
    }

    [Fact]
    public async Task BarImport_ZoneOfTheSystem_IsFound()
    {
        using var folder = new TempFolder();
        folder.Write("AAPL.csv", Encoding.UTF8.GetBytes(",Open,High,Low,Close,Volume\n2024-07-01 09:30:00,1,1,1,1,5\n2024-07-01 09:35:00,1,1,1,1,5\n"));
        SingleNodeResult result = await NodeRunner.RunAsync("BarImport", """{"path":"AAPL.csv"}""", Services(folder));
        Assert.Equal(new DateTime(2024, 7, 1, 13, 30, 0, DateTimeKind.Utc), result.Outputs["table"].AsTable()["start_time"].GetValue(0));
        Assert.Equal("5m", result.Outputs["report"].AsJson()!["files"]![0]!["interval"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"path":"none.csv"}""", "FILE_NOT_FOUND", "none.csv")]
    [InlineData("""{"path":"../a.csv"}""", "FILE_OUTSIDE_ROOT", "../a.csv")]
    [InlineData("""{"path":"x.day"}""", "IMPORT_SYMBOL", "x.day: the name is no known spelling")]
    [InlineData("""{"path":"bad.zip"}""", "IMPORT_ARCHIVE", "bad.zip: The archive is refused")]
    [InlineData("""{"path":"AAPL.csv","timeZone":"Mars/Olympus"}""", "IMPORT_ZONE", "Mars/Olympus")]
    [InlineData("""{"path":"qlib/features/sh600000/close.day.bin"}""", "IMPORT_FORMAT", "calendars/day.txt")]
    [InlineData("""{"path":"mix*.csv"}""", "IMPORT_FORMAT", "import them apart")]
    [InlineData("""{"path":"a.csv","profile":"bloomberg"}""", "PARAMETER_OUT_OF_RANGE", "profile: `bloomberg` is not generic, tushare")]
    [InlineData("""{"path":"a.csv","symbols":["??"]}""", "PARAMETER_OUT_OF_RANGE", "symbols: `??`")]
    [InlineData("""{"path":"a.csv","from":"2024-13-01"}""", "PARAMETER_OUT_OF_RANGE", "from: `2024-13-01`")]
    [InlineData("""{"path":"a.csv","from":"2024-01-02","to":"2024-01-01"}""", "PARAMETER_OUT_OF_RANGE", "from: `2024-01-02` is after to")]
    [InlineData("""{"path":"a.csv","interval":"5 minutes"}""", "PARAMETER_", "interval")]
    public async Task BarImport_BadFileOrParameter_IsNamed(string parameters, string reason, string message)
    {
        using var folder = new TempFolder();
        folder.Write("x.day", new byte[32]);
        folder.Write("bad.zip", "PK no"u8);
        folder.Write("AAPL.csv", Encoding.UTF8.GetBytes(",Open,High,Low,Close,Volume\n2024-07-01 09:30:00,1,1,1,1,5\n"));
        folder.Write("mix1.csv", Encoding.UTF8.GetBytes(Tushare));
        folder.Write("mix2.csv", Encoding.UTF8.GetBytes("symbol,exchange,datetime,open,high,low,close,volume\n600000,SSE,2024-01-02 09:30:00,1,1,1,1,5\n600000,SSE,2024-01-02 09:31:00,1,1,1,1,5\n"));
        folder.Write("qlib/features/sh600000/close.day.bin", new byte[8]);

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("BarImport", parameters, Services(folder)));

        Assert.StartsWith(reason, error.Reason, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static NodeServices Services(TempFolder folder) => NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));
}
