using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;

namespace EasyQuant.Nodes.Tests.Data;

public sealed class TableNodeTests
{
    private static readonly Table s_faulty = NodeRunner.Bars(
        "600000,2024-01-02,6.61,6.67,6.60,6.65,100,665",
        "600000,2024-01-02,6.61,6.67,6.60,6.66,100,665",
        "600000,2024-01-03,6.61,6.60,6.60,6.65,100,665",
        "600000,2024-01-04,6.61,6.67,6.60,6.65,0,0",
        "600001,2024-01-02,5,5,5,5,100,500",
        "600001,2024-01-03,5,5,5,5,100,500",
        "600001,2024-01-04,9,9,9,9,100,500",
        "600002,2024-01-02,5,5,5,0,100,500",
        "600002,2024-01-04,5,5,5,5,100,500");

    [Fact]
    public async Task DataClean_FaultyBars_AreRemovedAndReported()
    {
        SingleNodeResult result = await NodeRunner.RunAsync("DataClean", "{}", NodeRunner.Services(), null, ("table", s_faulty));

        JsonObject report = (JsonObject)result.Outputs["report"].AsJson()!;
        Assert.Equal(
            "rows_in 9, rows_out 6, duplicate_count 1, non_positive_price_count 1, ohlc_breach_count 1, outlier_return_count 1, gap_count 1, missing_day_count 1, zero_volume_count 1",
            string.Join(", ", report.Where(p => p.Key.StartsWith("rows_", StringComparison.Ordinal) || p.Key.EndsWith("_count", StringComparison.Ordinal))
                .Where(p => p.Key is not ("symbol_count" or "calendar_day_count")).Select(p => $"{p.Key} {p.Value}")));
        Assert.Equal(0.63, (double)report["score"]!, 12);
        Assert.Equal(
            [
                "non_positive_price 600002.SH close 0.00", "ohlc_breach 600000.SH high 6.60 < open 6.61", "duplicate 600000.SH close 6.65, then 6.66",
                "outlier_return 600001.SH close 5.00 to 9.00, +80.0%", "gap 600002.SH 1 trading day without a bar", "zero_volume 600000.SH volume 0",
            ],
            report["findings"]!.AsArray().Select(f => $"{f!["kind"]} {f["symbol"]} {f["detail"]}"));
        Assert.Equal(6, result.Outputs["table"].AsTable().RowCount);
        Assert.Equal(0.63, result.Metrics.QualityScore!.Value, 12);
    }

    [Theory]
    [InlineData("""{"minimumScore":0.9}""", "Blocked: the score 0.63 is below 0.9. Worst findings: non_positive_price 600002.SH 2024-01-02: close 0.00;")]
    [InlineData("""{"duplicates":"error"}""", "Blocked: a policy forbids Duplicate. Worst findings: duplicate 600000.SH 2024-01-02: close 6.65, then 6.66.")]
    [InlineData("""{"badPrices":"error"}""", "Blocked: a policy forbids NonPositivePrice, OhlcBreach. Worst findings: non_positive_price")]
    public async Task DataClean_QualityTooLow_Blocks(string parameters, string message)
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(
            () => NodeRunner.RunAsync("DataClean", parameters, NodeRunner.Services(), null, ("table", s_faulty)));

        Assert.Equal("DATA_QUALITY_BLOCKED", error.Reason);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataClean_KeepLast_KeepsTheLaterRow()
    {
        SingleNodeResult result = await NodeRunner.RunAsync("DataClean", """{"duplicates":"keepLast"}""", NodeRunner.Services(), null, ("table", s_faulty));

        Assert.Equal(6.66m, result.Outputs["table"].AsTable()["close"].GetValue(0));
    }

    [Fact]
    public async Task DataClean_AlreadyClean_ChangesNothing()
    {
        Table clean = (await NodeRunner.RunAsync("DataClean", "{}", NodeRunner.Services(), null, ("table", s_faulty))).Outputs["table"].AsTable();

        SingleNodeResult again = await NodeRunner.RunAsync("DataClean", "{}", NodeRunner.Services(), null, ("table", clean));

        Assert.True(again.Outputs["table"].AsTable().ContentEquals(clean));
    }

    [Fact]
    public async Task DataClean_NoBarTable_NamesTheColumn()
    {
        Table table = new([Int64Column.Create("a", new long[] { 1 })]);

        NodeException error = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("DataClean", "{}", NodeRunner.Services(), null, ("table", table)));

        Assert.Equal("TABLE_SCHEMA", error.Reason);
        Assert.StartsWith("No column `symbol`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TableMerge_BarTables_AreSorted()
    {
        Table second = NodeRunner.Bars("000001,2024-01-02,8,8,8,8,1,8");

        SingleNodeResult result = await NodeRunner.RunAsync("TableMerge", "{}", NodeRunner.Services(), null, ("first", s_faulty), ("third", second));

        Assert.Equal("000001.SZ", result.Outputs["table"].AsTable()["symbol"].GetValue(0));
        Assert.Equal(10, result.Outputs["table"].AsTable().RowCount);
    }

    [Fact]
    public async Task TableSelect_LatestComputeSortLimitRank_GivesTheTop()
    {
        const string Parameters = """
            {"latestPer":"symbol","compute":[{"name":"score","operation":"change","left":"close","right":"open"},{"name":"score","operation":"product","left":"score","value":100}],
             "sort":[{"column":"close","descending":true},{"column":"symbol"}],"limit":2,"rankAs":"rank","columns":["rank","symbol","close","score"],"jsonRowsMax":1}
            """;

        SingleNodeResult result = await NodeRunner.RunAsync("TableSelect", Parameters, NodeRunner.Services(), null, ("table", s_faulty));

        Assert.Equal("rank,symbol,close,score\n1,600001.SH,9.0000,0\n2,600000.SH,6.6500,0.605143721633894\n", NodeRunner.Csv(result.Outputs["table"].AsTable()));
        Assert.Equal("""[{"rank":1,"symbol":"600001.SH","close":"9.0000","score":0}]""", result.Outputs["top"].AsJson()!.ToJsonString());
    }

    [Fact]
    public async Task TableSelect_UnknownColumn_ListsColumns()
    {
        NodeException error = await Assert.ThrowsAsync<NodeException>(
            () => NodeRunner.RunAsync("TableSelect", """{"sort":[{"column":"sharpe"}]}""", NodeRunner.Services(), null, ("table", s_faulty)));

        Assert.StartsWith("No column `sharpe`; the table has: symbol, trading_date", error.Message, StringComparison.Ordinal);
    }
}
