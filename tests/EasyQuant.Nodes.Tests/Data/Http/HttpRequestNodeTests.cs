using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using EasyQuant.Data;
using EasyQuant.Flow;
using EasyQuant.Nodes.Data.Files;
using EasyQuant.Nodes.Hosting;

namespace EasyQuant.Nodes.Tests.Data.Http;

public sealed class HttpRequestNodeTests
{
    [Fact]
    public async Task HttpRequest_ListOfRows_GivesValueAndTable()
    {
        using var vendor = new FakeVendor(_ => FakeVendor.Json("""{"data":{"items":[{"symbol":"600000.SH","close":10.5},{"symbol":"000001.SZ","close":8}]}}"""));
        SingleNodeResult result = await RunAsync(vendor, $$"""{"url":"http://{{vendor.Endpoint}}/bars","query":{"code":"600000 & more","n":2},"rowsAt":"/data/items"}""");
        Assert.Equal("symbol,close\n600000.SH,10.5\n000001.SZ,8\n", NodeRunner.Csv(result.Outputs["table"].AsTable()));
        Assert.Equal(200, result.Outputs["response"].AsJson()!["status"]!.GetValue<int>());
        Assert.Equal("/bars?code=600000%20%26%20more&n=2", Assert.Single(vendor.Requests).Url);
    }

    [Fact]
    public async Task HttpRequest_Post_CarriesTheKeyOfItsEffect()
    {
        using var vendor = new FakeVendor(_ => FakeVendor.Json("null"));
        string parameters = $$"""{"url":"http://{{vendor.Endpoint}}/orders","method":"post","body":{"n":1} }""";
        await RunAsync(vendor, parameters);
        await RunAsync(vendor, parameters);
        Assert.All(vendor.Requests, request => Assert.Equal(("POST", """{"n":1}"""), (request.Method, request.Body)));
        Assert.Single(vendor.Requests.Select(request => request.IdempotencyKey).Distinct(), key => !string.IsNullOrEmpty(key));
    }

    [Fact]
    public async Task HttpRequest_BarsAndFile_AreReadAndKept()
    {
        using var vendor = new FakeVendor(_ => (200, "text/csv", "date,open,high,low,close,volume,amount\n2024-01-02,10,11,9,10,100,1000\n"u8.ToArray(), null));
        using var folder = new TempFolder();
        using var door = Door(vendor);
        NodeServices services = NodeRunner.Services().With<IDataFiles>(new DirectoryDataFiles(folder.Path)).With(door);
        SingleNodeResult result = await NodeRunner.RunAsync(
            "HttpRequest", $$"""{"url":"http://{{vendor.Endpoint}}/x.csv","form":"bars","symbol":"sh600000","saveAs":"in/600000.csv"}""", services);
        Assert.Equal("600000.SH", result.Outputs["table"].AsTable()["symbol"].GetValue(0));
        Assert.True(File.Exists(Path.Combine(folder.Path, "in/600000.csv")));
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(503, true)]
    [InlineData(500, true)]
    [InlineData(404, false)]
    [InlineData(401, false)]
    [InlineData(501, false)]
    public async Task HttpRequest_Status_SaysWhetherWaitingHelps(int status, bool isTransient)
    {
        using var vendor = new FakeVendor(_ => (status, "text/plain", "no\r\nway"u8.ToArray(), null));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(vendor, $$"""{"url":"http://{{vendor.Endpoint}}/"}"""));
        Assert.Equal(("HTTP_STATUS", isTransient), (fault.Reason, fault.IsTransient));
        Assert.Contains($"{status}: no  way", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:15672/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://localhost:1/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://2130706433/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://0x7f.1/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://[::ffff:127.0.0.1]/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://[::1]/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://0.0.0.0/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://169.254.169.254/latest", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("http://[64:ff9b::7f00:1]/", "HTTP_ADDRESS_FORBIDDEN")]
    [InlineData("file:///etc/passwd", "HTTP_URL_INVALID")]
    [InlineData("gopher://127.0.0.1/", "HTTP_URL_INVALID")]
    [InlineData("/etc/passwd", "HTTP_URL_INVALID")]
    [InlineData("http://user:word@example.com/", "HTTP_URL_INVALID")]
    public async Task HttpRequest_ForbiddenUrl_IsRefused(string url, string reason)
    {
        using var door = new HttpDoor(new HttpDoorOptions(), TimeProvider.System);
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() =>
            NodeRunner.RunAsync("HttpRequest", new JsonObject { ["url"] = url }.ToJsonString(), NodeRunner.Services().With(door)));
        Assert.Equal((reason, false), (fault.Reason, fault.IsTransient));
    }

    [Fact]
    public async Task HttpRequest_RedirectToAnotherServer_IsRefused()
    {
        using var inner = new FakeVendor(_ => FakeVendor.Json("\"secret\""));
        using var vendor = new FakeVendor(_ => (302, "text/plain", [], $"http://{inner.Endpoint}/"));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(vendor, $$"""{"url":"http://{{vendor.Endpoint}}/"}"""));
        Assert.Equal("HTTP_ADDRESS_FORBIDDEN", fault.Reason);
        Assert.Empty(inner.Requests);
    }

    [Fact]
    public async Task HttpRequest_InflatedBeyondTheBound_IsRefused()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new byte[8 << 20]);
        }

        Assert.True(packed.Length < 100_000);
        using var vendor = new FakeVendor(_ => (200, "application/json", packed.ToArray(), "gzip"));
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(vendor, $$"""{"url":"http://{{vendor.Endpoint}}/","bytesMax":1000000}"""));
        Assert.Equal("HTTP_TOO_LARGE", fault.Reason);
    }

    [Theory]
    [InlineData("""{"form":"file"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"body":{}}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"rowsAt":"data"}""", "PARAMETER_OUT_OF_RANGE")]
    [InlineData("""{"headers":{"Host":"x"}}""", "HTTP_HEADER_INVALID")]
    [InlineData("""{"headers":{"A":"b\r\nC: d"}}""", "HTTP_HEADER_INVALID")]
    [InlineData("""{"headers":{"A":{}}}""", "PARAMETER_TYPE")]
    [InlineData("""{"query":[1]}""", "PARAMETER_TYPE")]
    [InlineData("""{"rowsAt":"/none"}""", "HTTP_BODY_INVALID")]
    [InlineData("""{"form":"bars"}""", "CSV_MISSING_COLUMN")]
    public async Task HttpRequest_BadParameterOrAnswer_IsNamed(string change, string reason)
    {
        using var vendor = new FakeVendor(_ => FakeVendor.Json("""{"a":1}"""));
        var parameters = (JsonObject)JsonNode.Parse(change)!;
        parameters["url"] = $"http://{vendor.Endpoint}/";
        NodeException fault = await Assert.ThrowsAsync<NodeException>(() => RunAsync(vendor, parameters.ToJsonString()));
        Assert.Equal(reason, fault.Reason);
    }

    [Fact]
    public void ServerTurns_Rate_SpreadsCallsAndKeepsRetryAfter()
    {
        var time = new EasyQuant.Testing.FakeTime();
        var turns = new ServerTurns(time);
        Assert.Equal(
            [TimeSpan.Zero, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200)],
            [Take(turns), Take(turns), Take(turns)]);
        Assert.Equal(TimeSpan.Zero, turns.Take("other:80", 10, TimeSpan.FromMinutes(1)));
        turns.Hold("a:80", TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), turns.Take("a:80", 0, TimeSpan.FromMinutes(1)));
        Assert.True(turns.Take("a:80", 0, TimeSpan.FromSeconds(4)) < TimeSpan.Zero);
    }

    private static TimeSpan Take(ServerTurns turns) => turns.Take("a:80", 10, TimeSpan.FromMinutes(1));

    private static HttpDoor Door(FakeVendor vendor) => new(new HttpDoorOptions { AllowedEndpoints = [vendor.Endpoint] }, TimeProvider.System);

    private static async Task<SingleNodeResult> RunAsync(FakeVendor vendor, string parameters)
    {
        using HttpDoor door = Door(vendor);
        return await NodeRunner.RunAsync("HttpRequest", parameters, NodeRunner.Services().With(door));
    }
}
