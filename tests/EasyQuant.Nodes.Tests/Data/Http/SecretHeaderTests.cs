using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Hosting;
using EasyQuant.Nodes.Trading;

namespace EasyQuant.Nodes.Tests.Data.Http;

/// <summary>Headers that refer to secrets, of HttpRequest and TradeApi.</summary>
public sealed class SecretHeaderTests
{
    private const string Canary = "canary-b0a1c2d3e4f5";
    private const string Bearer = """{"Authorization":{"secret":"token","prefix":"Bearer "},"X-Plain":"${run.id}"}""";

    [Fact]
    public async Task HttpRequest_WithASecret_SendsItAndHidesItInTheAnswer()
    {
        using var vendor = new FakeVendor(Echo);
        SingleNodeResult result = await RequestAsync(vendor, Parameters(vendor, Bearer), new FakeSecrets(Canary, [vendor.Endpoint]));

        string shown = result.Outputs["body"].AsJson()!.ToJsonString();
        Assert.Contains("\"authorization\":\"Bearer ***\"", shown, StringComparison.Ordinal);
        Assert.Contains("\"rows\":[{\"***\":\"***\"}]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, shown + result.Outputs["response"].AsJson()!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("utf-16")]
    public async Task HttpRequest_TextThatRepeatsTheSecret_HidesIt(string kind)
    {
        bool isWide = kind == "utf-16";
        using var vendor = new FakeVendor(_ => (200, isWide ? "text/plain; charset=utf-16" : "text/plain", (isWide ? Encoding.Unicode : Encoding.UTF8).GetBytes($"<{Canary}>"), null));
        var parameters = Parameters(vendor, Bearer);
        parameters["form"] = "text";

        SingleNodeResult result = await RequestAsync(vendor, parameters, new FakeSecrets(Canary, [vendor.Endpoint]));

        Assert.Equal("<***>", result.Outputs["body"].AsJson()!.GetValue<string>());
    }

    [Theory]
    [InlineData(401, "HTTP_STATUS")]
    [InlineData(503, "HTTP_STATUS")]
    [InlineData(302, "HTTP_REDIRECTED")]
    [InlineData(200, "HTTP_BODY_INVALID")]
    public async Task HttpRequest_FaultThatRepeatsTheSecret_HidesIt(int status, string reason)
    {
        using var other = new FakeVendor(_ => FakeVendor.Json("{}"));
        using var vendor = new FakeVendor(_ => (status, "text/plain", Encoding.UTF8.GetBytes($"no {Canary}!"), status == 200 ? null : status == 302 ? $"http://{other.Endpoint}/{Canary}" : "0"));

        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RequestAsync(vendor, Parameters(vendor, Bearer), new FakeSecrets(Canary, null), other.Endpoint));

        Assert.Equal(reason, fault.Reason);
        Assert.DoesNotContain(Canary, fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task HttpRequest_ConnectionThatRepeatsTheSecret_HidesIt()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string endpoint = listener.LocalEndpoint.ToString()!;
        Task serve = Task.Run(async () =>
        {
            using System.Net.Sockets.TcpClient client = await listener.AcceptTcpClientAsync();
            await using System.Net.Sockets.NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[4096];
            await stream.ReadAtLeastAsync(buffer, 1);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{Canary} is no status line\r\n\r\n"));
        });
        using var door = new HttpDoor(new HttpDoorOptions { AllowedEndpoints = [endpoint] }, TimeProvider.System);
        NodeServices services = NodeRunner.Services().With(door).With<ISecretSource>(new FakeSecrets(Canary, ["127.0.0.1"])).With(new SecretMask());

        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync(
            "HttpRequest", $$"""{"url":"http://{{endpoint}}/","timeoutSeconds":200,"headers":{{Bearer}}}""", services));
        await serve;

        Assert.Equal(("HTTP_FAILED", true), (fault.Reason, fault.IsTransient));
        Assert.DoesNotContain(Canary, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HttpRequest_SecretReplaced_SendsTheNewValueNext()
    {
        using var vendor = new FakeVendor(r => FakeVendor.Json(r.Headers["Authorization"] == "Bearer second-value" ? "2" : "1"));
        var secrets = new FakeSecrets("first-value", [vendor.Endpoint]);
        SingleNodeResult first = await RequestAsync(vendor, Parameters(vendor, Bearer), secrets);
        secrets.Value = "second-value";
        SingleNodeResult second = await RequestAsync(vendor, Parameters(vendor, Bearer), secrets);

        Assert.Equal((1, 2), (first.Outputs["body"].AsJson()!.GetValue<int>(), second.Outputs["body"].AsJson()!.GetValue<int>()));
    }

    [Theory]
    [InlineData("api.broker.com", true)]
    [InlineData("127.0.0.1:1", true)]
    [InlineData("127.0.0.1", false)]
    public async Task HttpRequest_ServerThatMayNotHaveTheSecret_IsNotCalled(string host, bool isForbidden)
    {
        using var vendor = new FakeVendor(Echo);
        Task<SingleNodeResult> request = RequestAsync(vendor, Parameters(vendor, Bearer), new FakeSecrets(Canary, [host]));
        if (!isForbidden)
        {
            await request;
            return;
        }

        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => request);
        Assert.Equal(("SECRET_HOST_FORBIDDEN", false), (fault.Reason, fault.IsTransient));
        Assert.Contains("headers.Authorization of node 'node', secret 'token'", fault.Message, StringComparison.Ordinal);
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task HttpRequest_PlainHttpToAServerThatNobodyAllowed_SendsNothing()
    {
        using var door = new HttpDoor(new HttpDoorOptions(), TimeProvider.System);
        NodeServices services = NodeRunner.Services().With(door).With<ISecretSource>(new FakeSecrets(Canary, null)).With(new SecretMask());

        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => NodeRunner.RunAsync("HttpRequest", $$"""{"url":"http://api.broker.com/","headers":{{Bearer}}}""", services));

        Assert.Equal("SECRET_HOST_FORBIDDEN", fault.Reason);
    }

    [Fact]
    public async Task HttpRequest_UnknownSecret_NamesNodeFieldAndSecret()
    {
        using var vendor = new FakeVendor(Echo);
        NodeException fault = await Assert.ThrowsAsync<NodeException>(
            () => RequestAsync(vendor, Parameters(vendor, """{"X-Key":{"secret":"other"}}"""), new FakeSecrets(Canary, null)));

        Assert.Equal(("SECRET_NOT_FOUND", false), (fault.Reason, fault.IsTransient));
        Assert.Contains("headers.X-Key of node 'node', secret 'other'", fault.Message, StringComparison.Ordinal);
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task HttpRequest_ValueWithALineBreak_IsRefusedWithoutShowingIt()
    {
        using var vendor = new FakeVendor(Echo);
        NodeException fault = await Assert.ThrowsAsync<NodeException>(
            () => RequestAsync(vendor, Parameters(vendor, Bearer), new FakeSecrets($"{Canary}\r\nX-Evil: 1", null)));

        Assert.Equal("SECRET_VALUE_INVALID", fault.Reason);
        Assert.DoesNotContain(Canary, fault.ToString(), StringComparison.Ordinal);
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task HttpRequest_ReferenceThatComesFromAnInput_IsNoReference()
    {
        using var vendor = new FakeVendor(Echo);
        RunContext context = NodeRunner.Context() with { Inputs = new Dictionary<string, JsonNode?> { ["headers"] = JsonNode.Parse(Bearer), ["one"] = JsonNode.Parse("""{"secret":"token"}""") } };
        var secrets = new FakeSecrets(Canary, null);
        foreach (string headers in new[] { "\"${inputs.headers}\"", """{"X-Key":"${inputs.one}"}""" })
        {
            using var door = new HttpDoor(new HttpDoorOptions { AllowedEndpoints = [vendor.Endpoint] }, TimeProvider.System);
            NodeServices services = NodeRunner.Services().With(door).With<ISecretSource>(secrets).With(new SecretMask());
            NodeException fault = await Assert.ThrowsAsync<NodeException>(
                () => NodeRunner.RunAsync("HttpRequest", $$"""{"url":"http://{{vendor.Endpoint}}/","headers":{{headers}}}""", services, context));
            Assert.Equal("PARAMETER_TYPE", fault.Reason);
        }

        Assert.Equal(0, secrets.ReadCount);
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task TradeApi_WithASecret_SendsItWithEachOrderAndHidesIt()
    {
        using var broker = new FakeVendor(r => r.Headers["Authorization"] != $"Bearer {Canary}" ? (401, "text/plain", "who?"u8.ToArray(), "0")
            : r.Headers["Idempotency-Key"] == "a" ? FakeVendor.Json($$"""{"order_id":"{{Canary}}"}""")
            : (422, "text/plain", Encoding.UTF8.GetBytes($"{Canary} has no money"), "0"));
        var secrets = new FakeSecrets(Canary, [broker.Endpoint]);

        SingleNodeResult result = await TradeAsync(broker, secrets, "continue");

        Assert.Equal(
            "client_order_id,symbol,state,broker_order_id,reason,attempts\na,600000.SH,accepted,***,,1\nb,600000.SH,rejected,,422: *** has no money,1\n",
            NodeRunner.Csv(result.Outputs["results"].AsTable()));
        Assert.Equal(2, secrets.ReadCount);
    }

    [Fact]
    public async Task TradeApi_BrokerRedirectsARequestWithASecret_DoesNotFollow()
    {
        using var other = new FakeVendor(_ => FakeVendor.Json("{}"));
        using var broker = new FakeVendor(_ => (302, "text/plain", [], $"http://{other.Endpoint}/"));

        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => TradeAsync(broker, new FakeSecrets(Canary, null), "continue"));

        Assert.Equal(("TRADE_REDIRECTED", false), (fault.Reason, fault.IsTransient));
        Assert.Empty(other.Requests);
    }

    private static (int, string, byte[], string?) Echo(HttpListenerRequest request) => FakeVendor.Json(
        new JsonObject
        {
            ["authorization"] = request.Headers["Authorization"], ["rows"] = new JsonArray(new JsonObject { [Canary] = Canary }), ["number"] = 1,
        }.ToJsonString());

    private static JsonObject Parameters(FakeVendor vendor, string headers) => new()
    {
        ["url"] = $"http://{vendor.Endpoint}/data", ["timeoutSeconds"] = 200, ["headers"] = JsonNode.Parse(headers),
    };

    private static async Task<SingleNodeResult> RequestAsync(FakeVendor vendor, JsonObject parameters, FakeSecrets secrets, params string[] alsoAllowed)
    {
        using var door = new HttpDoor(new HttpDoorOptions { AllowedEndpoints = [vendor.Endpoint, .. alsoAllowed] }, TimeProvider.System);
        return await NodeRunner.RunAsync(
            "HttpRequest", parameters.ToJsonString(), NodeRunner.Services().With(door).With<ISecretSource>(secrets).With(new SecretMask()));
    }

    private static async Task<SingleNodeResult> TradeAsync(FakeVendor broker, FakeSecrets secrets, string onReject)
    {
        using var door = new HttpDoor(new HttpDoorOptions { AllowedEndpoints = [broker.Endpoint] }, TimeProvider.System);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var parameters = Parameters(broker, Bearer);
        parameters["onReject"] = onReject;
        var orders = TableJson.FromRows((JsonArray)JsonNode.Parse(
            """
            [{"client_order_id":"a","symbol":"600000.SH","side":"buy","quantity":100,"order_type":"limit","limit_price":"10.5"},
             {"client_order_id":"b","symbol":"600000.SH","side":"buy","quantity":100,"order_type":"limit","limit_price":"10.5"}]
            """)!);
        var catalog = new NodeCatalog();
        TradingNodePack.AddTo(catalog);
        return await SingleNode.RunAsync(
            catalog, "TradeApi", parameters, new Dictionary<string, NodeValue> { ["orders"] = NodeValue.FromTable(orders) }, NodeRunner.Context(),
            NodeRunner.Services().With(door).With<ISecretSource>(secrets).With(new SecretMask()), null, deadline.Token);
    }
}
