using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Engine;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes.Tests.Trading;

public sealed class BacktestNodeTests
{
    [Fact]
    public async Task Backtest_TableOrReference_GivesTheSameResult()
    {
        FakeArtifactStore store = new();
        Table bars = TradingBench.Bars(3, 200, 4);
        SingleNodeResult fromTable = await TradingBench.RunAsync("Backtest", Parameters(), Inputs("bars", NodeValue.FromTable(bars)), null);
        NodeValue reference = await PreloadAsync(store, bars);
        SingleNodeResult fromPort = await TradingBench.RunAsync("Backtest", Parameters(), Inputs("data", reference), store);
        JsonObject parameters = Parameters();
        parameters["data"] = "${inputs.data}";
        SingleNodeResult fromInput = await TradingBench.RunAsync(
            "Backtest", parameters, [], store, new JsonObject { ["data"] = reference.AsJson()!.DeepClone() });
        string metrics = fromTable.Outputs["metrics"].AsJson()!.ToJsonString();
        Assert.Equal(metrics, fromPort.Outputs["metrics"].AsJson()!.ToJsonString());
        Assert.Equal(metrics, fromInput.Outputs["metrics"].AsJson()!.ToJsonString());
        Assert.True(fromTable.Outputs["equity"].AsTable().ContentEquals(fromInput.Outputs["equity"].AsTable()));
        Assert.True(fromTable.Outputs["trades"].AsTable().ContentEquals(fromInput.Outputs["trades"].AsTable()));
        Assert.Equal(200, fromTable.Outputs["equity"].AsTable().RowCount);
        Assert.Equal(5, fromTable.Outputs["manifest"].AsJson()!["seed"]!.GetValue<long>());
        Assert.True(fromTable.Outputs["metrics"].AsJson()!["trade_count"]!.GetValue<int>() > 5);
    }

    [Fact]
    public async Task Backtest_HundredChildrenAtOnce_LoadTheDataOnce()
    {
        FakeArtifactStore store = new();
        ArtifactRef artifact = await store.SaveAsync(TradingBench.Bars(2, 100, 77), CancellationToken.None);
        NodeValue reference = NodeValue.FromJson(DataReference.Write(artifact));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(
            i => Task.Run(() => TradingBench.RunAsync("Backtest", Parameters(2 + (i % 5)), Inputs("data", reference), store))));
        Assert.Equal(1, store.LoadCount);
    }

    [Theory]
    [InlineData("""{"strategy":"magic"}""", "STRATEGY_NOT_FOUND")]
    [InlineData("""{"strategy":"sma_cross","parameters":{"fast":30,"slow":10}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","parameters":{"quick":1}}""", "UNKNOWN_PARAMETER")]
    [InlineData("""{"strategy":"sma_cross","parameters":7}""", "PARAMETER_TYPE")]
    [InlineData("""{"strategy":"sma_cross","cash":"much"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","cash":"0"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","startDate":"2024-02-30"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","startDate":"2050-01-01"}""", "PERIOD_EMPTY")]
    [InlineData("""{"strategy":"sma_cross","margin":7}""", "PARAMETER_TYPE")]
    [InlineData("""{"strategy":"sma_cross","margin":{"initialLong":"2"}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","margin":{"speed":"2"}}""", "UNKNOWN_PARAMETER")]
    [InlineData("""{"strategy":"sma_cross","benchmark":"600000.SH:0.5"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","benchmark":"what:0.5"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","ruleBook":{"version":"x","rules":[{"id":"a"}]}}""", "RULE_BOOK_INVALID")]
    public async Task Backtest_WrongParameters_FailWithReason(string parameters, string reason)
    {
        NodeException exception = await TradingBench.FailAsync(
            "Backtest", (JsonObject)JsonNode.Parse(parameters)!, ("bars", NodeValue.FromTable(TradingBench.Bars(1, 10, 1))));
        Assert.Equal(reason, exception.Reason);
    }

    [Theory]
    [InlineData("""{"strategy":"sma_cross","accounts":7}""", "PARAMETER_TYPE")]
    [InlineData("""{"strategy":"sma_cross","accounts":[{"name":"a","cash":{"CNY":"much"}}]}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","accounts":[{"name":"a","cash":{}}]}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","accounts":[{"name":"a","cash":{"CNY":"1"},"speed":1}]}""", "UNKNOWN_PARAMETER")]
    [InlineData("""{"strategy":"sma_cross","exchangeRates":{"HKD":{"2050-01-01":"0.9"}}}""", "FX_RATE_MISSING")]
    [InlineData("""{"strategy":"sma_cross","exchangeRates":{"HKD":{"2000-01-01":"-1"}}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","exchangeRates":{"HKD":{"soon":"1"}}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"strategy":"sma_cross","tickInterval":"1w"}""", "PARAMETER_OUT_OF_RANGE")]
    public async Task Backtest_WrongAccountsOrRates_FailWithReason(string parameters, string reason) =>
        await Backtest_WrongParameters_FailWithReason(parameters, reason);

    [Theory]
    [InlineData("close", double.NaN, "VALUE_MISSING")]
    [InlineData("open", double.PositiveInfinity, "PRICE_OUT_OF_RANGE")]
    [InlineData("low", -1.0, "PRICE_OUT_OF_RANGE")]
    [InlineData("high", 1e300, "PRICE_OUT_OF_RANGE")]
    [InlineData("volume", double.NegativeInfinity, "VALUE_OUT_OF_RANGE")]
    [InlineData("volume", -5.0, "VALUE_OUT_OF_RANGE")]
    [InlineData("symbol", 0.0, "COLUMN_TYPE")]
    public async Task Backtest_BadBars_FailWithReason(string column, double value, string reason)
    {
        Table bars = TradingBench.Bars(1, 10, 1);
        double[] values = Enumerable.Repeat(10.0, bars.RowCount).ToArray();
        values[3] = value;
        TableBuilder builder = new([new ColumnSchema(column, ColumnType.Float64)]);
        foreach (double one in values)
        {
            builder[0].Append(one);
        }

        Column bad = builder.Build()[column];
        Table table = new([.. bars.Columns.Select(one => one.Name == column ? bad : one)]);
        NodeException exception = await TradingBench.FailAsync("Backtest", Parameters(2, 3), ("bars", NodeValue.FromTable(table)));
        Assert.Equal(reason, exception.Reason);
    }

    [Fact]
    public async Task Backtest_AccountsAndRates_StandInTheManifestAndInEquity()
    {
        JsonObject parameters = Parameters();
        parameters["accounts"] = JsonNode.Parse("""[{"name":"a","cash":{"CNY":"500000","HKD":"100000"}},{"name":"b","cash":{"CNY":"1000"},"margin":{}}]""");
        parameters["exchangeRates"] = JsonNode.Parse("""{"HKD":{"2020-01-01":"0.91","1990-01-01":"0.5"}}""");
        SingleNodeResult result = await TradingBench.RunAsync("Backtest", parameters, Inputs("bars", NodeValue.FromTable(TradingBench.Bars(3, 200, 4))), null);
        JsonNode manifest = result.Outputs["manifest"].AsJson()!;
        Assert.Equal(["a", "b"], manifest["accounts"]!.AsArray().Select(one => (string?)one!["name"]));
        Assert.Equal(592_000m, decimal.Parse((string)result.Outputs["metrics"].AsJson()!["initial_equity"]!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Backtest_Ticks_AreFilledOn()
    {
        TableBuilder ticks = new([new("symbol", ColumnType.String), new("time", ColumnType.Timestamp), new("last", ColumnType.Decimal, 4), new("volume", ColumnType.Int64)]);
        for (int i = 0; i < 600; i++)
        {
            ticks.AppendRow("600000.SH", new DateTime(2024, 3, 4, 1, 30, 0, DateTimeKind.Utc).AddSeconds(10 * i), 10m + (i / 30 % 4 * 0.05m), 5_000L);
        }

        Table table = ticks.Build();
        JsonObject parameters = Parameters();
        parameters["tickInterval"] = "5m";
        SingleNodeResult result = await TradingBench.RunAsync("Backtest", parameters, Inputs("ticks", NodeValue.FromTable(table)), null);
        Assert.Equal(1, result.Outputs["equity"].AsTable().RowCount);
        Assert.True((int)result.Outputs["metrics"].AsJson()!["order_count"]! > 0);
        NodeException both = await TradingBench.FailAsync(
            "Backtest", parameters, ("ticks", NodeValue.FromTable(table)), ("bars", NodeValue.FromTable(TradingBench.Bars(1, 10, 1))));
        Assert.Equal("FIELD_CONFLICT", both.Reason);
        NodeException bars = await TradingBench.FailAsync("Backtest", parameters, ("ticks", NodeValue.FromTable(TradingBench.Bars(1, 10, 1))));
        Assert.Equal("COLUMN_MISSING", bars.Reason);
    }

    [Fact]
    public async Task Backtest_MarginBenchmarkAndRuleBook_StandInTheManifest()
    {
        JsonObject parameters = Parameters();
        (parameters["auctions"], parameters["heartbeatMinutes"], parameters["warmUpDays"]) = ("auctionRows", 30, 20);
        parameters["margin"] = new JsonObject { ["initialLong"] = "0.7", ["callPolicy"] = "report" };
        parameters["benchmark"] = TradingBench.Bars(1, 1, 4).GetColumn<StringColumn>("symbol").GetString(0);
        parameters["ruleBook"] = new JsonObject { ["version"] = "none-1", ["rules"] = new JsonArray() };
        SingleNodeResult result = await TradingBench.RunAsync(
            "Backtest", parameters, Inputs("bars", NodeValue.FromTable(TradingBench.Bars(3, 200, 4))), null);
        JsonNode manifest = result.Outputs["manifest"].AsJson()!;
        Assert.Equal("none-1", (string?)manifest["rule_book_version"]);
        Assert.Equal(700_000, (long)manifest["accounts"]![0]!["margin"]!["initial_long_ppm"]!);
        Assert.Single(manifest["benchmark"]!.AsArray());
        Assert.Equal((30, 20), ((int)manifest["heartbeat_minutes"]!, (int)manifest["warm_up_days"]!));
        Assert.Contains("auction.rows", manifest["assumptions"]!.AsArray().Select(one => (string?)one));
    }

    [Fact]
    public async Task Backtest_Ledger_CountsTheRunAndDeflatesByAll()
    {
        string folder = Directory.CreateTempSubdirectory("eq-node-").FullName;
        using FileTrialLedger ledger = new(Path.Combine(folder, "trials.jsonl"), TimeProvider.System);
        NodeValue bars = NodeValue.FromTable(TradingBench.Bars(3, 200, 4));
        JsonNode alone = await TrialsAsync(Parameters(), null);
        Assert.Equal((1L, false, "sma_cross"), ((long)alone["trial_count"]!, (bool)alone["counted"]!, (string?)alone["family"]));
        Assert.Equal((double?)alone["probabilistic_sharpe"], (double?)alone["deflated_sharpe"]);
        JsonNode first = await TrialsAsync(Parameters(), ledger);
        Assert.Equal((1L, true), ((long)first["trial_count"]!, (bool)first["counted"]!));
        JsonNode second = await TrialsAsync(Parameters(4), ledger);
        Assert.Equal(2, (long)second["trial_count"]!);
        Assert.True((double)second["deflated_sharpe"]! < (double)second["probabilistic_sharpe"]!);
        Assert.Equal(second.ToJsonString(), (await TrialsAsync(Parameters(4), ledger)).ToJsonString());
        JsonObject other = Parameters(4);
        other["family"] = "my idea";
        JsonNode own = await TrialsAsync(other, ledger);
        Assert.Equal((1L, "my idea"), ((long)own["trial_count"]!, (string?)own["family"]));
        other["parameters"]!["fast"] = 5;
        Assert.Equal(2L, (long)(await TrialsAsync(other, ledger))["trial_count"]!);
        File.WriteAllText(Path.Combine(folder, "broken.jsonl"), "{}\n");
        using FileTrialLedger broken = new(Path.Combine(folder, "broken.jsonl"), TimeProvider.System);
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => TrialsAsync(Parameters(), broken));
        Assert.Equal("LEDGER_UNAVAILABLE", error.Reason);
        Directory.Delete(folder, recursive: true);

        async Task<JsonNode> TrialsAsync(JsonObject parameters, ITrialLedger? counting) =>
            (await TradingBench.RunAsync("Backtest", parameters, Inputs("bars", bars), null, ledger: counting)).Outputs["trials"].AsJson()!;
    }

    [Fact]
    public async Task Backtest_NoBars_SaysWhatToConnect()
    {
        NodeException exception = await TradingBench.FailAsync("Backtest", new JsonObject { ["strategy"] = "sma_cross" });
        Assert.Equal("MISSING_INPUT", exception.Reason);
    }

    [Fact]
    public async Task Backtest_ForgedReference_IsRefused()
    {
        NodeException exception = await TradingBench.FailAsync(
            "Backtest",
            new JsonObject { ["strategy"] = "sma_cross" },
            ("data", NodeValue.FromJson(new JsonObject { ["sha256"] = "../../etc/passwd", ["byteCount"] = 1, ["rowCount"] = 1 })));
        Assert.Equal("PARAMETER_TYPE", exception.Reason);
    }

    [Fact]
    public async Task Cache_FailedLoad_IsTriedAgain()
    {
        FakeArtifactStore store = new();
        ArtifactRef artifact = await new FakeArtifactStore().SaveAsync(TradingBench.Bars(1, 20, 12), CancellationToken.None);
        PanelCache cache = new(2, 1 << 20);
        await Assert.ThrowsAsync<NodeException>(() => cache.RentAsync(artifact, store, null, CancellationToken.None));
        await store.SaveAsync(TradingBench.Bars(1, 20, 12), CancellationToken.None);
        using PanelLease lease = await cache.RentAsync(artifact, store, null, CancellationToken.None);
        Assert.Equal(20, lease.Panel.BarCount);
    }

    [Fact]
    public async Task Cache_ManyPanels_KeepsTheLastUsed()
    {
        FakeArtifactStore store = new();
        PanelCache cache = new(2, 1 << 20);
        ArtifactRef[] artifacts = new ArtifactRef[3];
        for (int i = 0; i < artifacts.Length; i++)
        {
            artifacts[i] = await store.SaveAsync(TradingBench.Bars(1, 20, 20 + i), CancellationToken.None);
            (await cache.RentAsync(artifacts[i], store, null, CancellationToken.None)).Dispose();
            (await cache.RentAsync(artifacts[0], store, null, CancellationToken.None)).Dispose();
        }

        Assert.Equal((2, 3), (cache.Count, store.LoadCount));
        (await cache.RentAsync(artifacts[1], store, null, CancellationToken.None)).Dispose();
        Assert.Equal((2, 4), (cache.Count, store.LoadCount));
    }

    [Fact]
    public async Task Backtest_ActionsConnected_AreBooked()
    {
        NodeValue bars = NodeValue.FromTable(TradingBench.Bars(1, 30, 8));
        JsonObject parameters = new()
        {
            ["strategy"] = "buy_and_hold", ["parameters"] = new JsonObject { ["lots"] = 10 }, ["slippage"] = "ticks", ["slippageValue"] = 1, ["volumeCap"] = null,
        };
        SingleNodeResult without = await TradingBench.RunAsync("Backtest", parameters, Inputs("bars", bars), null);
        Dictionary<string, NodeValue> inputs = new() { ["bars"] = bars, ["actions"] = NodeValue.FromTable(Dividend("600000.SH")) };
        SingleNodeResult with = await TradingBench.RunAsync("Backtest", parameters, inputs, null);
        decimal received = Final(with) - Final(without);
        Assert.Equal(500, received);
        Assert.Equal("ticks:1", with.Outputs["manifest"].AsJson()!["slippage"]!.GetValue<string>());
        Assert.Equal("volume_cap.off", with.Outputs["manifest"].AsJson()!["assumptions"]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Backtest_ActionOfAnotherSymbol_IsRefused()
    {
        NodeException exception = await TradingBench.FailAsync(
            "Backtest",
            new JsonObject { ["strategy"] = "buy_and_hold" },
            ("bars", NodeValue.FromTable(TradingBench.Bars(1, 10, 1))),
            ("actions", NodeValue.FromTable(Dividend("600009.SH"))));
        Assert.Equal("ACTION_INVALID", exception.Reason);
        Assert.Contains("lacks 600009.SH", exception.Message, StringComparison.Ordinal);
    }

    private static decimal Final(SingleNodeResult result) => decimal.Parse(
        result.Outputs["metrics"].AsJson()!["final_equity"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture);

    private static Table Dividend(string symbol) => new(
    [
        StringColumn.Create("kind", ["dividend"]),
        StringColumn.Create("symbol", [symbol]),
        DateColumn.Create("ex_date", new[] { 19_010 }),
        DecimalColumn.Create("price", 2, new long[] { 50 }),
    ]);

    private static JsonObject Parameters(int fast = 3, int slow = 10) => new()
    {
        ["strategy"] = "sma_cross",
        ["parameters"] = new JsonObject { ["fast"] = fast, ["slow"] = slow },
    };

    private static Dictionary<string, NodeValue> Inputs(string port, NodeValue value) => new() { [port] = value };

    private static async Task<NodeValue> PreloadAsync(FakeArtifactStore store, Table bars) =>
        (await TradingBench.RunAsync("DataPreload", [], Inputs("bars", NodeValue.FromTable(bars)), store)).Outputs["data"];
}
