using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Domain;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class LoaderNodeTests
{
    private const string Header = "date,open,high,low,close,volume,amount\n";

    [Fact]
    public async Task CsvLoader_Pattern_MergesFilesWithSymbolsOfTheirNames()
    {
        using var folder = new TempFolder();
        folder.Write("csv/sz000001.csv", Encoding.UTF8.GetBytes(Header + "2024-01-03,9,9,9,9,1,9\n2024-01-02,8,8,8,8,1,8\n"));
        folder.Write("csv/600000.SH.csv", Encoding.UTF8.GetBytes(Header + "2024-01-02,6,6,6,6,1,6\n2024-01-03,,,,,,\n"));

        SingleNodeResult result = await NodeRunner.RunAsync("CsvLoader", """{"path":"csv/*.csv"}""", Services(folder));

        Table table = result.Outputs["table"].AsTable();
        JsonNode report = result.Outputs["report"].AsJson()!;
        Assert.Equal(
            "symbol,trading_date,open,high,low,close,volume,amount\n"
            + "000001.SZ,2024-01-02,8.0000,8.0000,8.0000,8.0000,1,8.0000\n"
            + "000001.SZ,2024-01-03,9.0000,9.0000,9.0000,9.0000,1,9.0000\n"
            + "600000.SH,2024-01-02,6.0000,6.0000,6.0000,6.0000,1,6.0000\n",
            NodeRunner.Csv(table));
        Assert.StartsWith(
            """{"file_count":2,"rows_read":4,"rows_loaded":3,"rows_skipped":1,"skipped_by_reason":{"CSV_NO_PRICES":1},"files":[{"path":"csv/600000.SH.csv",""",
            report.ToJsonString(),
            StringComparison.Ordinal);
        Assert.Equal(new StepMetrics(4, 3), result.Metrics);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task CsvLoader_Stream_GivesTheSameChunksHoweverManyFilesAreReadAhead(int threads)
    {
        using var folder = new TempFolder();
        for (int i = 0; i < 9; i++)
        {
            string rows = string.Concat(Enumerable.Range(1, (i * 5 % 7) + 1).Select(day => $"2024-01-{day:00},6,6,6,6,{i},6\n"));
            folder.Write($"csv/{600000 + i}.SH.csv", Encoding.UTF8.GetBytes(Header + rows));
        }

        var loaded = new List<Table>();
        for (int shard = 0; shard < 2; shard++)
        {
            var source = (IStreamSource)AllNodePacks.CreateCatalog().Create(
                "CsvLoader", new JsonObject { ["path"] = "csv/*.csv", ["chunkSize"] = 10, ["threads"] = threads });
            var lane = new StreamExecution(
                new RunContext { RunId = "r", ProjectId = "default", Epoch = 1 }, Services(folder), new ProcessGroup { Id = "g", Nodes = [] }, shard, 2);
            var sizes = new List<int>();
            await foreach (StreamChunk chunk in source.StreamAsync(lane, CancellationToken.None))
            {
                Assert.Equal((shard, sizes.Count), (chunk.Shard, chunk.Sequence));
                sizes.Add(chunk.Table.RowCount);
                loaded.Add(chunk.Table);
            }

            Assert.Equal(shard == 0 ? [5, 10, 6] : [8, 6], sizes);
        }

        SingleNodeResult whole = await NodeRunner.RunAsync("CsvLoader", $$"""{"path":"csv/*.csv","threads":{{threads}}}""", Services(folder));
        Assert.True(BarTable.Merge(loaded).ContentEquals(whole.Outputs["table"].AsTable()));
    }

    [Theory]
    [InlineData("""{"path":"none/*.csv"}""", "FILE_NOT_FOUND", "No file matches `none/*.csv` in the data directory.")]
    [InlineData("""{"path":"../x.csv"}""", "FILE_OUTSIDE_ROOT", "`../x.csv` lies outside")]
    [InlineData("""{"path":"bad/quote.csv"}""", "CSV_UNCLOSED_QUOTE", "bad/quote.csv: Line 2: a quote is opened and never closed.")]
    [InlineData("""{"path":"sh600000.csv","rowsMax":1}""", "CSV_TOO_MANY_ROWS", "sh600000.csv: Line 3: the file has more than 1 rows.")]
    [InlineData("""{"path":"two/*.csv","rowsMax":3}""", "LIMIT_EXCEEDED", "two/600002.SH.csv: the files have more than 3 rows; raise rowsMax.")]
    [InlineData("""{"path":"x.csv","volumeMultiplier":7}""", "PARAMETER_OUT_OF_RANGE", "volumeMultiplier must be a power of ten from 1 to 1,000,000, was 7.")]
    [InlineData("""{"path":"x.csv","symbol":"no such"}""", "PARAMETER_OUT_OF_RANGE", "symbol: `no such` is no known spelling of a symbol.")]
    [InlineData("""{"path":"x.csv","profile":"bloomberg"}""", "PARAMETER_OUT_OF_RANGE", "")]
    public async Task CsvLoader_BadFileOrParameter_IsNamed(string parameters, string reason, string message)
    {
        using var folder = new TempFolder();
        folder.Write("bad/quote.csv", Encoding.UTF8.GetBytes("symbol," + Header + "600000,\"2024-01-02,1,1,1,1,1,1\n"));
        foreach (int i in new[] { 1, 2 })
        {
            folder.Write($"two/60000{i}.SH.csv", Encoding.UTF8.GetBytes(Header + "2024-01-02,1,1,1,1,1,1\n2024-01-03,1,1,1,1,1,1\n"));
        }

        folder.Write("sh600000.csv", Encoding.UTF8.GetBytes(Header + "2024-01-02,1,1,1,1,1,1\n2024-01-03,1,1,1,1,1,1\n"));

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("CsvLoader", parameters, Services(folder)));

        Assert.Equal(reason, error.Reason);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CsvLoader_NoDataDirectory_SaysWhatItNeeds()
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("CsvLoader", """{"path":"x.csv"}""", NodeRunner.Services()));

        Assert.Equal(("SERVICE_NOT_AVAILABLE", "This node needs a data directory, and this host offers none."), (error.Reason, error.Message));
    }

    [Fact]
    public async Task TdxLoader_Files_AreLoadedByName()
    {
        using var folder = new TempFolder();
        Table bars = NodeRunner.Bars("600000,2024-01-02,6.61,6.67,6.60,6.65,100,665", "600000,2024-01-03,6.65,6.70,6.62,6.69,100,670");
        folder.Write("vipdoc/sh/lday/sh600000.day", TdxDayFile.Write(bars, Symbol.Parse("600000.SH")));

        SingleNodeResult result = await NodeRunner.RunAsync("TdxLoader", """{"path":"vipdoc/*/lday/*.day"}""", Services(folder));

        Assert.True(result.Outputs["table"].AsTable().ContentEquals(bars));
    }

    [Theory]
    [InlineData("sh600000.day", "TDX_TRUNCATED", "sh600000.day: The file has 33 bytes, which is no multiple of 32: record 2 is cut off.")]
    [InlineData("what.day", "TDX_BAD_NAME", "what.day: the name is no market and code, for example sh600000.day.")]
    public async Task TdxLoader_BadFile_IsNamed(string name, string reason, string message)
    {
        using var folder = new TempFolder();
        folder.Write(name, new byte[33]);

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("TdxLoader", $$"""{"path":"{{name}}"}""", Services(folder)));

        Assert.Equal((reason, message), (error.Reason, error.Message));
    }

    private static NodeServices Services(TempFolder folder) => NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path));
}
