using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Tests.Data;

namespace EasyQuant.Nodes.Tests.Trading.Orders;

public sealed class OrderDecisionNodeTests
{
    private const string Day = "\"date\":\"2024-06-03\",\"costRate\":\"0\"";

    [Fact]
    public async Task OrderDecision_Weights_SellFirstAndBuyWholeLots()
    {
        SingleNodeResult result = await RunAsync(
            $$"""{"cash":"9999",{{Day}}}""",
            Floats("weight", ("600000.SH", 0.5), ("688001.SH", 0.3), ("000001.SZ", 0.1)),
            Floats("price", ("600000.SH", 10), ("688001.SH", 7), ("000001.SZ", 5)),
            Held(("000001.SZ", 2050, 2050)));

        Assert.Equal(
            "000001.SZ sell 1600 reduce; 600000.SH buy 900 cut_to_cash",
            Text(result));
        Assert.Equal("""[{"symbol":"688001.SH","reason":"no_cash"}]""", result.Outputs["summary"].AsJson()!["left"]!.ToJsonString());
    }

    [Fact]
    public async Task OrderDecision_PositionWithoutTarget_IsClosedWithItsOddLot()
    {
        Table targets = Floats("quantity", ("600000.SH", 100));
        Table prices = Floats("price", ("600000.SH", 10), ("000001.SZ", 5), ("300001.SZ", 5));
        Table held = Held(("000001.SZ", 150, 150), ("300001.SZ", 250, 150));

        Assert.Equal("600000.SH buy 100 increase", Text(await RunAsync($$"""{"cash":"5000",{{Day}}}""", targets, prices, held)));
        Assert.Equal(
            "000001.SZ sell 150 close; 300001.SZ sell 150 cut_to_sellable; 600000.SH buy 100 increase",
            Text(await RunAsync($$"""{"cash":"5000","closeOthers":true,{{Day}}}""", targets, prices, held)));
    }

    [Fact]
    public async Task OrderDecision_Limit_StaysWithinTheOffsetOnTheTick()
    {
        SingleNodeResult result = await RunAsync(
            $$"""{"cash":"100000","price":"limit","limitOffsetBps":50,"limitOffsetTicks":1,{{Day}}}""",
            Floats("quantity", ("600000.SH", 100), ("000001.SZ", 0)),
            Floats("price", ("600000.SH", 10.33), ("000001.SZ", 5.55)),
            Held(("000001.SZ", 100, 100)));
        Assert.Equal([5.5200m, 10.3900m], result.Outputs["orders"].AsTable()["limit_price"] is DecimalColumn c ? [c.GetDecimal(0), c.GetDecimal(1)] : []);
    }

    [Fact]
    public async Task OrderDecision_SameRunAgain_GivesTheSameIds()
    {
        Table targets = Floats("weight", ("600000.SH", 0.5), ("000001.SZ", 0.5));
        Table prices = Floats("price", ("600000.SH", 10), ("000001.SZ", 5));
        string parameters = $$"""{"cash":"10000",{{Day}}}""";
        Table first = (await RunAsync(parameters, targets, prices)).Outputs["orders"].AsTable();
        Assert.True(first.ContentEquals((await RunAsync(parameters, targets, prices)).Outputs["orders"].AsTable()));
        Assert.Equal(2, Enumerable.Range(0, 2).Select(i => first["client_order_id"].GetValue(i)).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"cash":"100000","ordersMax":1}""", "orders_max")]
    [InlineData("""{"cash":"100000","minimumValue":"2000"}""", "below_value")]
    [InlineData("""{"cash":"1500","costRate":"0.6"}""", "no_cash")]
    [InlineData("""{"cash":"1500","leastCost":"501"}""", "no_cash")]
    public async Task OrderDecision_Bound_LeavesOutAndSaysWhy(string parameters, string reason)
    {
        SingleNodeResult result = await RunAsync(
            parameters, Floats("quantity", ("000001.SZ", 0), ("600000.SH", 100)), Floats("price", ("600000.SH", 10), ("000001.SZ", 5)), Held(("000001.SZ", 10, 10)));
        Assert.Equal("000001.SZ sell 10 close", Text(result));
        Assert.Equal(reason, (string)result.Outputs["summary"].AsJson()!["left"]![0]!["reason"]!);
    }

    [Theory]
    [InlineData("600000.SH", 0.5, "600001.SH", 10, "ORDER_PRICE_MISSING", "there is no row for 600000.SH")]
    [InlineData("600000.SH", -0.5, "600000.SH", 10, "ORDER_VALUE_INVALID", "targets, row 0: column `weight` is -0.5")]
    [InlineData("600000.SH", 0.5, "600000.SH", 0, "ORDER_VALUE_INVALID", "prices, row 0: column `price` is 0")]
    [InlineData("what?", 0.5, "600000.SH", 10, "ORDER_SYMBOL_INVALID", "targets, row 0: `what?`")]
    [InlineData("000300.SH", 0.5, "600000.SH", 10, "ORDER_SYMBOL_INVALID", "targets, row 0: `000300.SH`")]
    public async Task OrderDecision_BadRow_IsNamed(string symbol, double weight, string priced, double price, string reason, string message)
    {
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync("""{"cash":"1"}""", Floats("weight", (symbol, weight)), Floats("price", (priced, price))));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OrderDecision_TwoRowsOrWrongColumns_AreNamed()
    {
        Table prices = Floats("price", ("600000.SH", 10));
        await FailsAsync("ORDER_ROW_DUPLICATE", Floats("weight", ("600000.SH", 0.1), ("sh600000", 0.1)), prices, "the rows 0 and 1");
        await FailsAsync("ORDER_VALUE_INVALID", Floats("weight", ("600000.SH", 0.6), ("000001.SZ", 0.5)), prices, "add up to 1.1");
        await FailsAsync("TABLE_SCHEMA", Floats("share", ("600000.SH", 0.6)), prices, "`weight` and `quantity`");
        await FailsAsync("TABLE_SCHEMA", Floats("weight", ("600000.SH", 0.6)), Floats("close", ("600000.SH", 10)), "prices: no column `price`");
    }

    private static async Task FailsAsync(string reason, Table targets, Table prices, string message)
    {
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync("""{"cash":"1"}""", targets, prices));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    private static Task<SingleNodeResult> RunAsync(string parameters, Table targets, Table prices, Table? positions = null)
    {
        Dictionary<string, NodeValue> inputs = new() { ["targets"] = NodeValue.FromTable(targets), ["prices"] = NodeValue.FromTable(prices) };
        if (positions is not null)
        {
            inputs["positions"] = NodeValue.FromTable(positions);
        }

        var values = (JsonObject)JsonNode.Parse(parameters)!;
        values.TryAdd("date", "2024-06-03");
        return TradingBench.RunWithAsync("OrderDecision", values, inputs, NodeRunner.Services());
    }

    private static string Text(SingleNodeResult result)
    {
        Table orders = result.Outputs["orders"].AsTable();
        return string.Join("; ", Enumerable.Range(0, orders.RowCount).Select(
            i => $"{orders["symbol"].GetValue(i)} {orders["side"].GetValue(i)} {orders["quantity"].GetValue(i)} {orders["reason"].GetValue(i)}"));
    }

    private static Table Floats(string name, params (string Symbol, double Value)[] rows) => new(
        [StringColumn.Create("symbol", [.. rows.Select(r => r.Symbol)]), Float64Column.Create(name, rows.Select(r => r.Value).ToArray())]);

    private static Table Held(params (string Symbol, long Quantity, long Sellable)[] rows) => new(
    [
        StringColumn.Create("symbol", [.. rows.Select(r => r.Symbol)]),
        Int64Column.Create("quantity", rows.Select(r => r.Quantity).ToArray()),
        Int64Column.Create("sellable_quantity", rows.Select(r => r.Sellable).ToArray()),
    ]);
}
