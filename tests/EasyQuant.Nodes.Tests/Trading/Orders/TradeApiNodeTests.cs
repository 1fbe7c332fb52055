using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Sql;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Tests.Data;
using EasyQuant.Nodes.Tests.Data.Http;
using EasyQuant.Nodes.Trading;
using EasyQuant.Persistence.Faults;

namespace EasyQuant.Nodes.Tests.Trading.Orders;

public sealed class TradeApiNodeTests(DatabaseFixture fixture) : IClassFixture<DatabaseFixture>
{
    private static readonly Table s_two = Orders("a", "b");

    [Fact]
    public async Task TradeApi_BrokerAccepts_EachOrderIsSentOnceUnderItsKey()
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("""{"order_id":7}"""));
        SingleNodeResult result = await RunAsync(broker, "{}", s_two);
        Assert.Equal(
            "client_order_id,symbol,state,broker_order_id,reason,attempts\na,600000.SH,accepted,7,,1\nb,600000.SH,accepted,7,,1\n",
            NodeRunner.Csv(result.Outputs["results"].AsTable()));
        Assert.Equal(["a", "b"], broker.Requests.Select(r => r.IdempotencyKey));
        Assert.Equal(
            """{"client_order_id":"a","symbol":"600000.SH","side":"buy","quantity":100,"order_type":"limit","limit_price":"10.5"}""",
            broker.Requests.First().Body);
        Assert.False((bool)result.Outputs["summary"].AsJson()!["recorded"]!);
    }

    [Fact]
    public async Task TradeApi_BrokerRejects_StopsOrGoesOn()
    {
        using var broker = new FakeVendor(r => r.Headers["Idempotency-Key"] == "a" ? Status(422, "no money") : FakeVendor.Json("{}"));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, "{}", s_two));
        Assert.Equal(("TRADE_REJECTED", false), (fault.Reason, fault.IsTransient));
        Assert.Contains("0 of 2 orders are accepted. The broker rejected 600000.SH (a): 422: no money", fault.Message, StringComparison.Ordinal);
        Assert.Single(broker.Requests);

        SingleNodeResult result = await RunAsync(broker, """{"onReject":"continue","concurrency":4}""", s_two);
        Assert.Equal(
            "client_order_id,symbol,state,broker_order_id,reason,attempts\na,600000.SH,rejected,,422: no money,1\nb,600000.SH,accepted,,,1\n",
            NodeRunner.Csv(result.Outputs["results"].AsTable()));
    }

    [Fact]
    public async Task TradeApi_BrokerFailsTwice_IsAskedAgainUnderTheSameKey()
    {
        int asked = 0;
        using var broker = new FakeVendor(_ => Interlocked.Increment(ref asked) <= 2 ? Status(503, "later") : FakeVendor.Json("{}"));
        SingleNodeResult result = await RunAsync(broker, """{"keyHeader":"idempotency-key","retrySeconds":0}""", Orders("a"));
        Assert.Equal(3L, result.Outputs["results"].AsTable()["attempts"].GetValue(0));
        Assert.Equal(["a", "a", "a"], broker.Requests.Select(r => r.IdempotencyKey));
    }

    [Fact]
    public async Task TradeApi_BrokerNeverAnswers_SaysThatNothingIsKnown()
    {
        var release = new ManualResetEventSlim();
        using var broker = new FakeVendor(_ =>
        {
            release.Wait();
            return FakeVendor.Json("{}");
        });
        try
        {
            NodeException fault = await Assert.ThrowsAsync<NodeException>(
                () => RunAsync(broker, """{"timeoutSeconds":0.2,"attemptsMax":2,"retrySeconds":0}""", s_two));
            Assert.Equal(("TRADE_UNKNOWN", true), (fault.Reason, fault.IsTransient));
            Assert.Contains("0 of 2 orders are accepted. Whether the broker took the order a is not known after 2 attempts", fault.Message, StringComparison.Ordinal);
        }
        finally
        {
            release.Set();
        }
    }

    [Theory]
    [InlineData(302, "TRADE_REDIRECTED")]
    [InlineData(501, "HTTP_STATUS")]
    public async Task TradeApi_AnswerThatIsNone_IsNoAcceptance(int status, string reason)
    {
        using var broker = new FakeVendor(r => r.Url!.AbsolutePath == "/other" ? FakeVendor.Json("{}") : (status, "text/plain", [], "/other"));
        Assert.Equal(reason, (await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, "{}", s_two))).Reason);
    }

    [Fact]
    public async Task TradeApi_StepAgain_DoesNotSendWhatWasAccepted()
    {
        bool isUp = false;
        using var broker = new FakeVendor(r => isUp || r.Headers["Idempotency-Key"] == "a" ? FakeVendor.Json($$"""{"order_id":"x-{{r.Headers["Idempotency-Key"]}}"}""") : Status(500, "down"));
        await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, """{"attemptsMax":1}""", s_two, "again", epoch: 1));
        isUp = true;
        SingleNodeResult second = await RunAsync(broker, "{}", s_two, "again", epoch: 2);
        Assert.Equal(
            "client_order_id,symbol,state,broker_order_id,reason,attempts\na,600000.SH,accepted,x-a,,0\nb,600000.SH,accepted,x-b,,1\n",
            NodeRunner.Csv(second.Outputs["results"].AsTable()));
        Assert.Equal(["a", "b", "b"], broker.Requests.Select(r => r.IdempotencyKey));
        Assert.Equal(1, (int)second.Outputs["summary"].AsJson()!["sent_before"]!);
    }

    [Fact]
    public async Task TradeApi_ReplyOfTheRecordIsLost_SendsOnce()
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("{}"));
        using (Failpoints.Arm("trade-record.after-commit:throw:1"))
        {
            await RunAsync(broker, "{}", Orders("a"), "lost-record", epoch: 1);
        }

        Assert.Single(broker.Requests);
    }

    [Fact]
    public async Task TradeApi_OldOwner_SendsNothing()
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("{}"));
        await RunAsync(broker, "{}", Orders("a"), "fenced-trade", epoch: 5);
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, "{}", Orders("c"), "fenced-trade", epoch: 4));
        Assert.Equal("EPOCH_STALE", fault.Reason);
        Assert.Equal(["a"], broker.Requests.Select(r => r.IdempotencyKey));
    }

    [Theory]
    [InlineData("side", "hold", "ORDER_VALUE_INVALID", "orders, row 1: column `side` is `hold`")]
    [InlineData("client_order_id", "a", "ORDER_ROW_DUPLICATE", "the rows 0 and 1")]
    [InlineData("client_order_id", "a b", "ORDER_VALUE_INVALID", "orders, row 1: client_order_id")]
    [InlineData("symbol", "?", "ORDER_SYMBOL_INVALID", "orders, row 1: `?`")]
    [InlineData("quantity", "x", "ORDER_VALUE_INVALID", "orders, row 1: column `quantity` is x")]
    public async Task TradeApi_BadRow_IsNamedAndNothingIsSent(string column, string value, string reason, string message)
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("{}"));
        Table bad = s_two.With(StringColumn.Create(column, [column == "quantity" ? "100" : (string)s_two[column].GetValue(0)!, value]));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, "{}", bad));
        Assert.Equal(reason, fault.Reason);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Empty(broker.Requests);
    }

    [Theory]
    [InlineData("""{"keyHeader":"Host"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"headers":{"X-Key":"1"},"keyHeader":"x-key"}""", "HTTP_HEADER_INVALID")]
    [InlineData("""{"headers":{"Host":"x"}}""", "HTTP_HEADER_INVALID")]
    [InlineData("""{"url":"ftp://example.com/"}""", "HTTP_URL_INVALID")]
    [InlineData("""{"url":"http://127.0.0.1:9/"}""", "HTTP_ADDRESS_FORBIDDEN")]
    public async Task TradeApi_BadParameter_IsNamed(string parameters, string reason)
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("{}"));
        Assert.Equal(reason, (await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, parameters, s_two))).Reason);
        Assert.Empty(broker.Requests);
    }

    [Fact]
    public async Task TradeApi_ColumnMissing_IsNamed()
    {
        using var broker = new FakeVendor(_ => FakeVendor.Json("{}"));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(broker, "{}", s_two.Select("client_order_id", "symbol", "side")));
        Assert.Equal("TABLE_SCHEMA", fault.Reason);
        Assert.Contains("orders: no column `quantity`", fault.Message, StringComparison.Ordinal);
    }

    private static (int, string, byte[], string?) Status(int status, string text) => (status, "text/plain", Encoding.UTF8.GetBytes(text), null);

    private static Table Orders(params string[] ids) => new(
    [
        StringColumn.Create("client_order_id", ids),
        StringColumn.Create("symbol", [.. ids.Select(_ => "600000.SH")]),
        StringColumn.Create("side", [.. ids.Select(_ => "buy")]),
        Int64Column.Create("quantity", ids.Select(_ => 100L).ToArray()),
        StringColumn.Create("order_type", [.. ids.Select(_ => "limit")]),
        DecimalColumn.Create("limit_price", 4, ids.Select(_ => 105_000L).ToArray()),
    ]);

    private static Task<SingleNodeResult> RunAsync(FakeVendor broker, string parameters, Table orders) =>
        RunAsync(broker, parameters, orders, NodeRunner.Services(), NodeRunner.Context());

    private Task<SingleNodeResult> RunAsync(FakeVendor broker, string parameters, Table orders, string runId, long epoch) =>
        RunAsync(broker, parameters, orders, NodeRunner.Services().With(fixture.Database), NodeRunner.Context(runId, epoch));

    private static async Task<SingleNodeResult> RunAsync(FakeVendor broker, string parameters, Table orders, NodeServices services, RunContext context)
    {
        using var door = new HttpDoor(new HttpDoorOptions { AllowedEndpoints = [broker.Endpoint] }, TimeProvider.System);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var values = (JsonObject)JsonNode.Parse(parameters)!;
        values.TryAdd("url", $"http://{broker.Endpoint}/orders");

        // A slow machine must not look like a broker that is silent.
        values.TryAdd("timeoutSeconds", 200);
        var catalog = new NodeCatalog();
        TradingNodePack.AddTo(catalog);
        return await SingleNode.RunAsync(
            catalog, "TradeApi", values, new Dictionary<string, NodeValue> { ["orders"] = NodeValue.FromTable(orders) }, context, services.With(door), null, deadline.Token);
    }
}
