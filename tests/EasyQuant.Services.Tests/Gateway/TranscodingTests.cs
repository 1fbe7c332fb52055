using System.Text.Json.Nodes;

namespace EasyQuant.Services.Tests.Gateway;

/// <summary>HTTP in, message out: each row sends a request and compares the message that the service got.</summary>
public sealed class TranscodingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    [Theory]
    [InlineData("GET", "/t/probes/a", null, """{"name":"a"}""")]
    [InlineData("GET", "/t/probes/a%20b", null, """{"name":"a b"}""")]
    [InlineData("GET", "/t/probes/%E4%B8%AD", null, """{"name":"中"}""")]
    [InlineData("GET", "/t/groups/g1/probes/a", null, """{"name":"a","part":{"title":"g1"}}""")]
    [InlineData("GET", "/t/tree/roots/r/leaves/x/y", null, """{"name":"roots/r/leaves/x/y"}""")]
    [InlineData("GET", "/t/probes/a?number=7&big_number=9007199254740993&ratio=1.5&flag=true", null,
        """{"name":"a","number":7,"bigNumber":"9007199254740993","ratio":1.5,"flag":true}""")]
    [InlineData("GET", "/t/probes/a?bigNumber=-1&color=COLOR_BLUE&blob=AQI=", null, """{"name":"a","bigNumber":"-1","blob":"AQI=","color":"COLOR_BLUE"}""")]
    [InlineData("GET", "/t/probes/a?tags=x&tags=y&numbers=1&numbers=2", null, """{"name":"a","tags":["x","y"],"numbers":[1,2]}""")]
    [InlineData("GET", "/t/probes/a?atTime=2026-01-05T09:30:00Z&wait=1.5s&maybe=5", null,
        """{"name":"a","atTime":"2026-01-05T09:30:00Z","wait":"1.500s","maybe":"5"}""")]
    [InlineData("GET", "/t/probes/a?part.inner.title=deep&left=l", null, """{"name":"a","part":{"inner":{"title":"deep"}},"left":"l"}""")]
    [InlineData("POST", "/t/probes/a:preview", "{}", """{"name":"a"}""")]
    [InlineData("POST", "/t/probes/a:preview", """{"name":"a","big_number":"5","bigNumber":"6"}""", """{"name":"a","bigNumber":"6"}""")]
    [InlineData("POST", "/t/probes/a:preview", """{"bigNumber":12,"ratio":"NaN","number":"3","color":2,"maybe":4}""",
        """{"name":"a","number":3,"bigNumber":"12","ratio":"NaN","color":"COLOR_BLUE","maybe":"4"}""")]
    [InlineData("POST", "/t/probes/a:preview", """{"free":{"x":[1,null,{"y":true}]},"anyValue":null,"part":null,"counts":{"k":1},"partsByNumber":{"3":{"title":"t"}}}""",
        """{"name":"a","free":{"x":[1,null,{"y":true}]},"anyValue":null,"counts":{"k":1},"partsByNumber":{"3":{"title":"t"}}}""")]
    [InlineData("PUT", "/t/probes/a/part?number=1", """{"title":"t","inner":{"title":"u"}}""", """{"name":"a","number":1,"part":{"title":"t","inner":{"title":"u"}}}""")]
    public async Task Request_OfEveryShape_BecomesTheMessage(string method, string path, string? body, string expected)
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(new HttpMethod(method), path, body);

        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), WithoutDefaults(JsonNode.Parse(text)!["echo"]!).ToJsonString());
    }

    [Fact]
    public async Task Response_WithResponseBody_IsThatFieldWithDefaults()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/probes?name=x");

        JsonNode json = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("x", json["name"]!.GetValue<string>());
        Assert.Equal("0", json["bigNumber"]!.GetValue<string>());
        Assert.Equal("COLOR_UNSPECIFIED", json["color"]!.GetValue<string>());
        Assert.Empty(json["tags"]!.AsArray());
    }

    [Fact]
    public async Task Headers_OfTheCaller_AreReplacedByWhatTheGatewayKnows()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(
            HttpMethod.Get, "/t/probes/a", headers:
            [("x-easyquant-project", "other"), ("X-EasyQuant-Internal", "guess"), ("x-easyquant-new", "1"), ("x-forwarded-for", "1.2.3.4")]);

        JsonNode headers = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["headers"]!;
        Assert.Equal("default", headers["x-easyquant-project"]!.GetValue<string>());
        Assert.StartsWith("key:", headers["x-easyquant-actor"]!.GetValue<string>());
        Assert.Null(headers["x-easyquant-new"]);
        Assert.Null(headers["authorization"]);
        Assert.Null(headers["x-forwarded-for"]);
    }

    [Fact]
    public async Task Deadline_OfTheHeader_ReachesTheService()
    {
        using HttpResponseMessage response = await fixture.Host.SendAsync(HttpMethod.Get, "/t/failures/SLEEP", headers: [("x-timeout", "0.2")]);

        await ProblemAssert.EqualAsync(
            response,
            504,
            """{"type":"urn:easyquant:error:DEADLINE_EXCEEDED","title":"Gateway Timeout","status":504,"detail":"The deadline of the call passed; the header x-timeout (seconds) sets it.","code":"DEADLINE_EXCEEDED"}""");
    }

    // Only what the request set: defaults are left out, as proto3 cannot tell them from unset.
    private static JsonNode WithoutDefaults(JsonNode echo)
    {
        if (echo is not JsonObject fields)
        {
            return echo.DeepClone();
        }

        var kept = new JsonObject();
        foreach ((string name, JsonNode? value) in fields)
        {
            bool isDefault = name != "anyValue" && name != "free" && (value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 }
                || value.ToJsonString() is "\"\"" or "0" or "\"0\"" or "false" or "\"COLOR_UNSPECIFIED\"");
            if (!isDefault && name != "title" || (name == "title" && value!.GetValue<string>().Length > 0))
            {
                kept[name] = value is JsonObject && name != "free" ? WithoutDefaults(value) : value?.DeepClone();
            }
        }

        return kept;
    }
}
